/** Starts the window: asks the desk how it stands and shows the page for that. Only the sign-in page loads at once. */
import "./styles/base.css";

import { createApp } from "vue";

import App from "./app/App.vue";
import { openDesk } from "./app/desk";
import { guardComposition, guardDrop, guardReload } from "./app/keys";

guardReload(window);
guardDrop(window);
guardComposition(window);
void openDesk();
createApp(App).mount("#app");
