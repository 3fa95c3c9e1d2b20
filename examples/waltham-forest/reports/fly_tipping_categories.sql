-- title: Fly-tipping reports by year and category
-- description: Shows that "Dumped Rubbish" and "Fly-tipping" are one thing under two names in turn: a count of either alone has a hole.
-- owner: Street Scene
SELECT year(fms_report.month) AS year, fms_category.category_code, fms_category.category, CAST(sum(fms_report.reports) AS BIGINT) AS reports
FROM fms_report
JOIN fms_category ON fms_category.category_code = fms_report.category_code
WHERE fms_report.classification = 'detailed' AND fms_category.fly_tipping
GROUP BY 1, 2, 3
