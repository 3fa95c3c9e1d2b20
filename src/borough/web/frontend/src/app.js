// Every page: GOV.UK's components, and visits that are kept while there is no connection.
import {Button, ErrorSummary, PasswordInput, Radios, ServiceNavigation, SkipLink, createAll} from "govuk-frontend";
import {startVisits, forgetEverything} from "./visits.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, ErrorSummary, PasswordInput, Radios, ServiceNavigation, SkipLink]) createAll(component);

startVisits();
for (const form of document.querySelectorAll("form[data-sign-out]")) form.addEventListener("submit", () => forgetEverything());
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
