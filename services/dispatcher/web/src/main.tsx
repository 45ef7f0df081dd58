import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/rail.css";
import "./styles/pane.css";
import "./styles/context.css";
import "./styles/care.css";
import "./styles/team.css";
import "./styles/page.css";
import "./styles/supervision.css";
import "./styles/sheets.css";
import "./styles/magistrate.css";
import "./styles/report.css";
import "./styles/danger.css";
import "./styles/staff.css";
import "@shared/card.css";
import { render } from "preact";
import { App } from "./app";
import { Console } from "./desk/console";
import { ConsoleContext } from "./parts/context";
import { AGAIN, Again, onRenewal } from "./parts/again";
import { SupervisionPage } from "./supervision/page";

const SUPERVISION = "/supervision";
const MAGISTRATE = "/magistrate";

const { protocol, host } = location;
const desk = new Console(`${protocol === "https:" ? "wss" : "ws"}://${host}/ws`);

addEventListener("online", () => desk.hurry());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) desk.hurry();
});
addEventListener("beforeunload", (event) => {
  if (desk.unsaved) event.preventDefault();
});

const root = document.getElementById("app");
if (root && location.hash === AGAIN) {
  render(<Again />, root);
} else if (root && location.pathname === SUPERVISION) {
  render(<SupervisionPage />, root);
} else if (root && location.pathname === MAGISTRATE) {
  void import("./magistrate/page").then(({ MagistratePage }) => render(<MagistratePage />, root));
} else if (root) {
  onRenewal(() => void desk.session.lookAgain());
  render(
    <ConsoleContext.Provider value={desk}>
      <App />
    </ConsoleContext.Provider>,
    root,
  );
  void desk.session.start();
}
