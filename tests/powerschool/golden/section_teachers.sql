SELECT t.id id, t.teacherid teacherid, t.roleid roleid, TO_CHAR(t.start_date, 'YYYY-MM-DD') start_date, TO_CHAR(t.end_date, 'YYYY-MM-DD') end_date, section.dcid section_dcid, staff.users_dcid users_dcid, role.name role_name, role.rolekey role_key
FROM (SELECT b.id, b.teacherid, b.roleid, b.start_date, b.end_date, b.sectionid, ROW_NUMBER() OVER (ORDER BY b.id) row_no
      FROM sectionteacher b
      WHERE b.id >= CAST(:first_key AS INTEGER) AND EXISTS (SELECT 1 FROM sections x WHERE x.id = b.sectionid AND ABS(x.termid) >= CAST(:first_term AS INTEGER) AND ABS(x.termid) <= CAST(:last_term AS INTEGER))) t
LEFT JOIN sections section ON section.id = t.sectionid
LEFT JOIN schoolstaff staff ON staff.id = t.teacherid
LEFT JOIN roledef role ON role.id = t.roleid
WHERE t.row_no <= CAST(:page_rows AS INTEGER)
ORDER BY t.id
