// A scene: its question first, a guess made by dragging in the one picture, then the truth beside it and why.

import { bisectCenter } from "d3-array";
import { button, isSet, named, resetButton } from "./buttons.js";
import { make } from "./dom.js";
import { say } from "./format.js";
import { guessChart } from "./guess_chart.js";
import { createStage } from "./stage.js";

const LONG = "0.000"; // a distance that is not shorter than others

/**
 * The `render` of a scene. `presets`: { name: changes of traits }, of which the one asked is marked; `plays`: the
 * trait, if any, that a control moves without asking anew; `controls(stage)`: [{ node, draw(state) }], at most two
 * that set traits; `guesses(stage)`: the values that can be guessed, in order; `picture(stage)`: the options of the
 * guess chart, or of what else `draws` it.
 *
 * `show(state, stage)` gives { question, truth: null where it cannot be guessed, why, start: of the guess,
 * seen: whether the picture shows the truth already, summary: for a screen reader, picture: what the picture
 * draws, but its guess and truth }. The answer is hidden again as soon as another question is asked, and by
 * "Guess again", which takes what is played back to where it began.
 */
export const scene = ({ label, presets, plays, controls, guesses, picture, show, draws = guessChart }) => ({ model, el }) => {
  const stage = createStage({ model, el, label });
  stage.root.classed("toy-scene", true);
  const values = guesses(stage);
  const asking = askingOf(stage, presets, plays);
  let asked, guess, revealed, isSeen;

  const question = make("p", { class: "toy-question" });
  const moved = (index) => {
    guess = Math.min(values.length - 1, Math.max(0, index));
    stage.redraw();
  };
  const chart = draws(stage, { label, values, onGuess: moved, ...picture(stage) });
  const parts = controls(stage);
  const toggle = button("Reveal", () => {
    revealed = !(revealed || isSeen);
    if (isSeen) asking.rewind();
    stage.redraw();
  }).classed("toy-primary", true);
  const verdict = make("p", { class: "toy-answer", "aria-live": "polite" });
  const all = Object.values(presets).map((changes) => show({ ...model.get("initial"), ...changes }, stage));
  stage.onReset(() => (asked = undefined));
  stage.onSettle(() => (revealed = false));

  function draw(state) {
    const now = show(state, stage);
    const { truth, seen } = now;
    const key = JSON.stringify([now.question, truth]);
    if (key !== asked) {
      guess = bisectCenter(values, now.start);
      revealed = false;
    }
    [asked, isSeen] = [key, seen];
    const open = revealed || seen || truth === null;
    question.text(now.question);
    for (const part of parts) part.draw(state);
    chart.draw({ ...now.picture, open, guess, truth: open ? truth : null, asks: truth !== null });
    toggle.text(truth === null ? "No answer here" : open ? "Guess again" : "Reveal");
    toggle.property("disabled", truth === null);
    verdict.html(open ? answer(values[guess], truth) : "Drag the marker to your guess, then reveal.");
    if (open) verdict.append("span").attr("class", "toy-why").text(now.why);
    stage.announce(`${now.summary}, my guess ${say(values[guess])}`);
  }

  const settings = make("div", { class: "toy-toolbar" }, asking.buttons);
  const row = make("div", { class: "toy-scene-controls" }, parts);
  const words = held(verdict, all.map(({ truth, why }) => answer(0, truth, LONG) + `<span class="toy-why">${escaped(why)}</span>`), "toy-verdict");
  const foot = make("div", { class: "toy-scene-foot" }, [toggle, words]);
  const reset = resetButton(stage);
  return stage.start([held(question, all.map((one) => escaped(one.question)), "toy-asking"), settings, chart, row, foot, reset], draw);
};

/** The presets' buttons, and how to go back to where the present question began. */
function askingOf(stage, presets, plays) {
  const begun = { ...stage.get("initial") };
  const full = Object.fromEntries(
    Object.entries(presets).map(([name, changes]) => [name, plays ? { [plays]: begun[plays], ...changes } : changes]),
  );
  let pressed;
  const asks = (changes, state) => isSet({ ...changes, ...(plays && { [plays]: state[plays] }) }, state);
  const active = (state) => [pressed, ...Object.values(full)].find((one) => one && asks(one, state));
  const buttons = named(stage, full, (changes, state) => active(state) === changes);
  for (const one of buttons) one.on("click.asks", () => (pressed = one.datum()));
  stage.onReset(() => (pressed = undefined));
  const now = () => Object.fromEntries(Object.keys(begun).map((name) => [name, stage.get(name)]));
  const rewind = () => {
    const first = { ...begun, ...(active(now()) ?? pressed) };
    stage.settle(plays ? { [plays]: first[plays] } : first);
  };
  return { buttons, rewind };
}

/** A paragraph with the room, unseen, of what else it may have to say, so that nothing jumps. */
const held = (text, others, name) =>
  make("div", { class: `toy-held ${name}` }, [text, ...others.map((html) => make("p", { class: "toy-room", "aria-hidden": "true", html }))]);

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** What there is to say of a guess, in HTML: every digit of the answer and of the distance is in the data. */
function answer(guess, truth, room) {
  if (truth === null) return "";
  const distance = Math.abs(guess - truth);
  const data = (key, value) => (room ? "" : ` data-key="${key}" data-value="${value}"`);
  return (
    `<span class="toy-off">Exact: <b${data("answer", truth)}>${escaped(say(truth))}</b>, ` +
    `off by <b${data("distance", distance)}>${room ?? escaped(say(distance))}</b>. </span>`
  );
}
