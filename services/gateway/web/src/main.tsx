import { render } from "preact";
import { useState } from "preact/hooks";
import { Announcer } from "./announce";
import { Exit, watch } from "./exit";
import { Hide, watchHide } from "./hide";
import { canSeal, readInstallation } from "./installation";
import { Confirm, Ended } from "./screens/after";
import { Commune, Connecting } from "./screens/before";
import { Start } from "./screens/start";
import { Talk } from "./screens/talk";
import { ResumeWordsScreen } from "./screens/words";
import { BLANK, resumable, type State } from "./state";
import { fitVisible } from "./viewport";
import { Visit } from "./visit";
import { french, type Language, type Say, speak } from "./words";
import type { Key } from "./words/fr";

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found;
};

const page = element("page");
const exitLink = element("exit") as HTMLAnchorElement;
const announcer = new Announcer(element("announcements"));
const { authority, resumeS } = readInstallation();
const able = canSeal() && authority !== null;
let draw: (state: State) => void = () => undefined;
let say: Say = french;

const visit = new Visit(
  (state) => {
    // What was read out goes with the conversation that it belongs to.
    if (!state.conversation) announcer.clear();
    draw(state);
  },
  () => say.locale,
  authority,
  resumeS > 0,
);
const hide = new Hide(() => say);
const exit = new Exit(exitLink.href, (redButton) => {
  try {
    visit.wipe(redButton);
  } finally {
    hide.forget();
    render(null, page);
  }
});
watch(exit, exitLink);
watchHide(hide, element("hide"));

/** Put the words around the page, which stand in the HTML, into the visitor's language. */
function translateFrame(t: Say): void {
  document.documentElement.lang = t.locale;
  for (const each of document.querySelectorAll<HTMLElement>("[data-text]")) {
    each.textContent = t(each.dataset["text"] as Key);
  }
  for (const each of document.querySelectorAll<HTMLElement>("[data-label]")) {
    each.setAttribute("aria-label", t(each.dataset["label"] as Key));
  }
}

function App() {
  const [state, setState] = useState<State>(BLANK);
  const [t, setWords] = useState<{ say: Say }>({ say: french });
  draw = setState;
  const choose = (language: Language): void => {
    void speak(language).then((chosen) => {
      say = chosen;
      translateFrame(chosen);
      setWords({ say: chosen });
    });
  };
  return <Screen state={state} t={t.say} onLanguage={choose} />;
}

function Screen({ state, t, onLanguage }: { state: State; t: Say; onLanguage: (language: Language) => void }) {
  const { screen } = state;
  switch (screen.at) {
    case "start":
      return (
        <Start
          t={t}
          choice={state.choice}
          refused={screen.refused !== null}
          able={able}
          resumable={resumeS > 0}
          typed={state.typed}
          fault={screen.back}
          language={t.locale as Language}
          onLanguage={onLanguage}
          onAsk={(choice) => visit.ask(choice)}
          onBack={(typed) => void visit.comeBack(typed)}
        />
      );
    case "connecting": {
      const lost = state.link === "lost";
      return (
        <Connecting
          t={t}
          busy={screen.busy}
          lost={lost}
          working={screen.working === true}
          back={screen.back}
          onCancel={() => visit.cancel()}
        />
      );
    }
    case "commune":
      return <Commune t={t} question={screen.question} onAnswer={(insee) => visit.answer(insee)} />;
    case "talk":
      return <Talk t={t} state={state} visit={visit} announcer={announcer} words={resumeS > 0} />;
    case "words":
      return (
        <ResumeWordsScreen
          t={t}
          words={screen.words}
          failed={screen.failed}
          until={resumable(state, Date.now())}
          leads={state.reports?.room.leads ?? null}
          onAgain={() => visit.drawWords()}
          onDone={() => visit.stay()}
        />
      );
    case "ending":
      return (
        <Confirm
          t={t}
          erasing={screen.erasing}
          goesOn={state.reports?.room.beforehand ?? null}
          onEnd={() => visit.end()}
          onStay={() => visit.stay()}
        />
      );
    case "ended":
      return <Ended t={t} why={screen.why} goesOn={screen.goesOn} onLeave={() => exit.leave(false)} onAgain={() => visit.again()} />;
    case "found":
      return <screen.parts.FoundScreen found={screen.found} onDone={() => visit.again()} />;
  }
}

addEventListener("online", () => visit.wake());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") visit.wake();
});
fitVisible();
page.replaceChildren();
render(<App />, page);
