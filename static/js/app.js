// What every page runs. Each module finds its own elements by data attributes and does nothing where there are none.
import { mountCountdowns } from "./countdown.js";
import { mountDialogs } from "./dialog.js";
import { mountDrafts } from "./drafts.js";
import { mountFragments } from "./fragments.js";
import { mountMenu } from "./menu.js";
import { mountPhotoInputs } from "./photo-input.js";
import { mountSignatures } from "./signature.js";
import { mountSubmitGuard } from "./submit-guard.js";
import { mountTables } from "./tables.js";

function mountInside(root) {
  mountCountdowns(root);
  mountDrafts(root);
  mountPhotoInputs(root);
  mountSignatures(root);
  mountTables(root);
}

// A form that came back with faults was answered under the address it was sent to, which nobody can open: the page
// goes by its own again, so that loading it anew, its draft and signing in after a pause lead back to it.
const { address } = document.body.dataset;
if (address && address !== location.pathname) history.replaceState(null, "", address);

document.documentElement.dataset.js = "on";
mountMenu();
mountDialogs();
mountSubmitGuard();
mountFragments();
mountInside(document);
document.addEventListener("htmx:load", (event) => mountInside(event.detail.elt));
document.querySelector("[data-error-summary]")?.focus();
