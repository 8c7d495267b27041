SELECT t.id id, t.teacherid teacherid, t.roleid roleid, TO_CHAR(t.start_date, 'YYYY-MM-DD') start_date, TO_CHAR(t.end_date, 'YYYY-MM-DD') end_date, section.dcid section_dcid, staff.users_dcid users_dcid, role.name role_name, role.rolekey role_key, CASE WHEN section_g.among > 1 THEN section_g.lowest END section_lowest, CASE WHEN section_g.among > 1 THEN section_g.highest END section_highest, CASE WHEN staff_g.among > 1 THEN staff_g.lowest END staff_lowest, CASE WHEN staff_g.among > 1 THEN staff_g.highest END staff_highest
FROM (SELECT b.id, b.teacherid, b.roleid, b.start_date, b.end_date, b.sectionid, ROW_NUMBER() OVER (ORDER BY b.id) row_no
      FROM sectionteacher b
      WHERE b.id >= CAST(:first_key AS INTEGER) AND EXISTS (SELECT 1 FROM sections x WHERE x.id = b.sectionid AND ABS(x.termid) >= CAST(:first_term AS INTEGER) AND ABS(x.termid) <= CAST(:last_term AS INTEGER))) t
LEFT JOIN (SELECT m.id looked_up, COUNT(*) among, MIN(m.dcid) lowest, MAX(m.dcid) highest FROM schoolstaff m WHERE m.dcid >= 0 GROUP BY m.id) post_g
  ON post_g.looked_up = t.teacherid
LEFT JOIN schoolstaff post ON post.dcid = CASE WHEN post_g.among = 1 THEN post_g.lowest END
LEFT JOIN (SELECT m.id looked_up, COUNT(*) among, MIN(m.dcid) lowest, MAX(m.dcid) highest FROM sections m WHERE m.dcid >= 0 AND ABS(m.termid) >= CAST(:first_term AS INTEGER) AND ABS(m.termid) <= CAST(:last_term AS INTEGER) GROUP BY m.id) section_g
  ON section_g.looked_up = t.sectionid
LEFT JOIN (SELECT m.id looked_up, m.schoolid told_schoolid, COUNT(*) among, MIN(m.dcid) lowest FROM sections m WHERE m.dcid >= 0 AND ABS(m.termid) >= CAST(:first_term AS INTEGER) AND ABS(m.termid) <= CAST(:last_term AS INTEGER) GROUP BY m.id, m.schoolid) section_1
  ON section_1.looked_up = t.sectionid AND section_1.told_schoolid = post.schoolid
LEFT JOIN sections section ON section.dcid = CASE WHEN section_g.among = 1 THEN section_g.lowest WHEN section_1.among = 1 THEN section_1.lowest END
LEFT JOIN (SELECT m.id looked_up, COUNT(*) among, MIN(m.dcid) lowest, MAX(m.dcid) highest FROM schoolstaff m WHERE m.dcid >= 0 GROUP BY m.id) staff_g
  ON staff_g.looked_up = t.teacherid
LEFT JOIN (SELECT m.id looked_up, m.schoolid told_schoolid, COUNT(*) among, MIN(m.dcid) lowest FROM schoolstaff m WHERE m.dcid >= 0 GROUP BY m.id, m.schoolid) staff_1
  ON staff_1.looked_up = t.teacherid AND staff_1.told_schoolid = section.schoolid
LEFT JOIN schoolstaff staff ON staff.dcid = CASE WHEN staff_g.among = 1 THEN staff_g.lowest WHEN staff_1.among = 1 THEN staff_1.lowest END
LEFT JOIN roledef role ON role.id = t.roleid
WHERE t.row_no <= CAST(:page_rows AS INTEGER)
ORDER BY t.id
