// Before anything is drawn: styles know that scripts run.
document.documentElement.classList.add("js");
document.body?.classList.add("js-enabled", "govuk-frontend-supported");
