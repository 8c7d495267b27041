SELECT t.dcid dcid, t.student_number student_number, t.schoolid schoolid, t.enroll_status enroll_status, t.grade_level grade_level, t.first_name first_name, t.middle_name middle_name, t.last_name last_name, t.student_web_id student_web_id, t.state_studentnumber state_studentnumber, mail.emailaddress email
FROM (SELECT b.dcid, b.student_number, b.schoolid, b.enroll_status, b.grade_level, b.first_name, b.middle_name, b.last_name, b.student_web_id, b.state_studentnumber, b.person_id, ROW_NUMBER() OVER (ORDER BY b.dcid) row_no
      FROM students b
      WHERE b.dcid >= CAST(:first_key AS INTEGER) AND b.schoolid <> 999999) t
LEFT JOIN (SELECT m.personid, m.emailaddressid, ROW_NUMBER() OVER (PARTITION BY m.personid ORDER BY m.emailaddresspriorityorder NULLS LAST, m.isprimaryemailaddress DESC NULLS LAST, m.personemailaddressassocid) place FROM personemailaddressassoc m) mail_assoc
  ON mail_assoc.personid = t.person_id AND mail_assoc.place = 1
LEFT JOIN emailaddress mail ON mail.emailaddressid = mail_assoc.emailaddressid
WHERE t.row_no <= CAST(:page_rows AS INTEGER)
ORDER BY t.dcid
