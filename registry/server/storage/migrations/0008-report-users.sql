-- Findings tell who uses what changed; null stands for reports of before, when nobody asked.
UPDATE report SET report = json_set(report, '$.modules', json((
  SELECT json_group_array(json(json_set(module.value, '$.findings', json((
    SELECT json_group_array(json(json_set(finding.value, '$.users', json('null'))))
    FROM json_each(module.value, '$.findings') AS finding
  )))))
  FROM json_each(report.report, '$.modules') AS module
)));
