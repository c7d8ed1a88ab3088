// The self-check sheet: on to the declaration once everything is on the server.
import { guard } from "./to-signing.js";

for (const link of document.querySelectorAll("[data-to-signing]")) guard(link);
