-- title: What is known of each home
-- description: The evidence behind a home's rating, as a timeline, what, when, and from which system. Without names of people, and without what tells of health, such as permits for the disabled and assisted collections.
-- owner: Private Sector Housing
SELECT uprn, happened, known, system, dataset, kind, detail, record
FROM (
    SELECT property AS uprn, granted AS happened, entered AS known, 'Licensing' AS system, 'licence' AS dataset, concat('Licence granted: ', kind) AS kind, description AS detail, licence_id AS record FROM licence
    UNION ALL
    SELECT property, ended, coalesce(ended_entered, ended), 'Licensing', 'licence', concat('Licence ended: ', kind), end_reason, licence_id FROM licence WHERE ended IS NOT NULL
    UNION ALL
    SELECT property, received, entered, 'Licensing', 'licence_application', concat('Applied for a licence: ', kind), outcome, application_id FROM licence_application
    UNION ALL
    SELECT property, visited, entered, 'Enforcement', 'visit', 'Visit', concat(outcome, ' (because of: ', reason, ')'), visit_id FROM visit
    UNION ALL
    SELECT property, served, entered, 'Enforcement', 'notice', concat('Notice: ', kind), outcome, notice_id FROM notice
    UNION ALL
    SELECT property, reported, entered, 'Community safety', 'asb_case', concat('Anti-social behaviour: ', category), outcome, case_id FROM asb_case
    UNION ALL
    SELECT property, received, entered, 'Environmental health', 'service_request', concat('Complaint: ', category), subject, request_id FROM service_request
    UNION ALL
    SELECT property, booked, booked, 'Pest control', 'pest_job', concat('Pests: ', coalesce(pest, 'not said')), outcome, job_id FROM pest_job
    UNION ALL
    SELECT property, reported, entered, 'Waste', 'waste_job', concat('Waste: ', type), status, job_id FROM waste_job WHERE type IN ('missed collection', 'fly-tip')
    UNION ALL
    SELECT property, started, entered, 'Council tax', 'council_tax_liability', concat('Liable from then: ', coalesce(party_type, 'not said')), role, liability_id FROM council_tax_liability
    UNION ALL
    SELECT property, issued, entered, 'Council tax', 'council_tax_summons', concat('Council tax ', stage), NULL, recovery_id FROM council_tax_summons
    UNION ALL
    SELECT property, started, registered, 'Deposit schemes', 'tenancy_deposit', 'Deposit protected', concat(CAST(tenants AS VARCHAR), CASE WHEN tenants = 1 THEN ' tenant' ELSE ' tenants' END), certificate_id FROM tenancy_deposit
    UNION ALL
    SELECT property, inspected, lodged, 'Energy certificates', 'energy_certificate', concat('Energy certificate, band ', coalesce(energy_band, 'not said')), tenure, certificate_id FROM energy_certificate
    UNION ALL
    SELECT property, received, entered, 'Planning', 'planning_application', concat('Planning: ', coalesce(application_type, 'application')), proposal, application_id FROM planning_application
    UNION ALL
    SELECT property, received, entered, 'Building control', 'building_control_case', concat('Building works: ', coalesce(case_type, 'case')), works, case_id FROM building_control_case
    UNION ALL
    SELECT property, registered, registered, 'Land registry', 'land_title', concat('Title registered: ', coalesce(tenure, 'not said')), proprietor_kind, title_id FROM land_title
    UNION ALL
    SELECT property, transferred, transferred, 'Land registry', 'price_paid', 'Sold', concat('£', CAST(price AS VARCHAR)), transaction_id FROM price_paid
    UNION ALL
    SELECT property, started, entered, 'Parking', 'parking_permit', 'Parking permit', status, permit_number FROM parking_permit WHERE type NOT IN ('disabled', 'carer')
) AS events
WHERE uprn IS NOT NULL
ORDER BY uprn, happened DESC, record
