// Brings the anywidgets of a static page to life: no kernel, no require.js, no request.
//
// myst-nb embeds the state of every widget in the page as JSON, and a view script wherever one was
// displayed. This host imports each widget's own module from that state and calls its `render`; where
// the state holds only a key, the module's text has come along as `toyTexts[key]`, once for all pages.
//
// A model that names an `anchor` and its `initial` state can be linked to: a change is written to the
// address as `#anchor?trait=value&…`, and such an address is read on load and whenever it changes.
//
// What stands in something inert is a copy, which is only looked at: it has no address, and is mounted
// when it comes near the screen.
//
// `page.html?embed#anchor` shows that one alone, for slides and for other people's pages.
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const WRITE_AFTER = 250; // ms at rest before a change reaches the address

  // A change anywhere makes a browser walk through all that is painted in the same layer, which in a
  // chapter is ten thousand pieces of mathematics; blocks that are layers of their own are passed over.
  const LAYERS = "section > * { isolation: isolate; }";

  const WIDE = 700; // px, from which on a figure alone is scaled to its frame
  const LEGIBLE = 0.75; // and the least it is then scaled by

  const ALONE = "body > :not(.explorable-alone) { display: none !important; }";

  const textOf = (value) => globalThis.toyTexts?.[value] ?? value;
  const isCopy = (view) => view.closest("[inert]") !== null;
  const boxOf = (view) => view.closest(".explorable");

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  /** The part of a Jupyter widget model that anywidget's `render` relies on, without a kernel. */
  function createModel({ state, buffers = [] }, getModel) {
    const listeners = new Map();
    for (const { path, data } of buffers) {
      const owner = path.slice(0, -1).reduce((value, key) => value[key], state);
      owner[path.at(-1)] = new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
    }
    const fire = (event, ...args) =>
      [...(listeners.get(event) ?? [])].forEach((listener) => listener(...args));

    const model = {
      get: (key) => state[key],
      set(key, value) {
        const changes = typeof key === "object" ? key : { [key]: value };
        const changed = Object.entries(changes).filter(([name, next]) => !same(state[name], next));
        for (const [name, next] of changed) state[name] = next;
        for (const [name, next] of changed) fire(`change:${name}`, model, next);
        if (changed.length) fire("change", model);
      },
      save_changes() {},
      send() {},
      on(event, listener) {
        listeners.set(event, [...(listeners.get(event) ?? []), listener]);
      },
      off(event, listener) {
        if (!event) listeners.clear();
        else
          listeners.set(
            event,
            listener ? (listeners.get(event) ?? []).filter((other) => other !== listener) : [],
          );
      },
      widget_manager: { get_model: async (reference) => getModel(reference.replace(/^IPY_MODEL_/, "")) },
    };
    return model;
  }

  /** The value that `text` spells, of the same type as `example`; throws if it does not. */
  function parseValue(text, example) {
    if (Array.isArray(example))
      return text.split(",").map((item) => parseValue(decodeURIComponent(item), example[0]));
    if (typeof example === "string") return text;
    if (typeof example === "boolean" && /^(true|false)$/.test(text)) return text === "true";
    if (typeof example === "number" && text.trim() !== "" && Number.isFinite(Number(text)))
      return Number(text);
    throw new Error("another type");
  }

  const writeValue = (value) =>
    [value]
      .flat()
      .map((item) => encodeURIComponent(item))
      .join(",");

  const digits = (value, count) => (typeof value === "number" ? Number(value.toPrecision(count)) : value);

  /** A value in four digits; the largest of several probabilities is what the others leave. */
  function rounded(value, kind) {
    if (!Array.isArray(value)) return digits(value, 4);
    const short = value.map((item) => digits(item, 4));
    if (kind !== "distribution") return short;
    const most = short.indexOf(Math.max(...short));
    const others = short.reduce((total, p, i) => (i === most ? total : total + p), 0);
    return short.with(most, digits(1 - others, 12));
  }

  /** `#anchor?trait=value&…` as { anchor, changes }, or null for an ordinary anchor. */
  function parseHash(hash, initialOf) {
    const [anchor, query] = hash.slice(1).split("?", 2);
    if (query === undefined || !initialOf(anchor)) return null;
    const initial = initialOf(anchor);
    const changes = Object.fromEntries(
      query.split("&").map((pair) => {
        const [name, text = ""] = pair.split("=", 2);
        if (!Object.hasOwn(initial, name)) throw new Error(`there is no "${name}" to set`);
        const isList = Array.isArray(initial[name]);
        try {
          return [name, parseValue(isList ? text : decodeURIComponent(text), initial[name])];
        } catch {
          throw new Error(`cannot read "${text}" as ${name}`);
        }
      }),
    );
    return { anchor, changes };
  }

  /** Ties models to the address of the page. */
  function createAddress() {
    const linked = new Map();
    let applying = false;
    let pause = 0;

    /** What changed in a model, as `trait=value&…`. */
    function query({ model }) {
      const initial = model.get("initial");
      const schema = model.get("schema");
      const changed = Object.keys(initial).filter((name) => !same(model.get(name), initial[name]));
      return changed.map((name) => `${name}=${writeValue(rounded(model.get(name), schema?.[name]?.kind))}`).join("&");
    }

    function write(anchor) {
      const changes = query(linked.get(anchor));
      if (changes) history.replaceState(null, "", `#${anchor}?${changes}`);
      else if (location.hash.startsWith(`#${anchor}?`)) history.replaceState(null, "", `#${anchor}`);
    }

    /** The whole address of a model's state; `alone` shows nothing else. */
    function addressOf(anchor, { alone = false } = {}) {
      const changes = query(linked.get(anchor));
      const url = new URL(location.href);
      url.search = alone ? "?embed" : "";
      url.hash = changes ? `${anchor}?${changes}` : anchor;
      return url.href;
    }

    return {
      /** Returns the anchor under which the model can be linked to, distinct on this page. */
      link(model, fault) {
        let anchor = model.get("anchor");
        for (let n = 2; linked.has(anchor); n++) anchor = `${model.get("anchor")}-${n}`;
        linked.set(anchor, { model, fault });
        model.address = (options) => addressOf(anchor, options);
        model.on("change", () => {
          if (applying) return;
          clearTimeout(pause);
          pause = setTimeout(write, WRITE_AFTER, anchor);
        });
        return anchor;
      },

      /** Sets the state that the address names, and returns its anchor; a malformed one changes nothing. */
      read() {
        try {
          const parsed = parseHash(location.hash, (anchor) => linked.get(anchor)?.model.get("initial"));
          if (!parsed) return null;
          const { model, fault } = linked.get(parsed.anchor);
          const state = { ...model.get("initial"), ...parsed.changes };
          const reason = fault(state);
          if (reason) throw new Error(reason);
          applying = true;
          model.set(state);
          return parsed.anchor;
        } catch (error) {
          console.info(`The address names no state that can be shown: ${error.message}.`);
          return null;
        } finally {
          applying = false;
        }
      },
    };
  }

  function say(view, sentence) {
    const note = document.createElement("p");
    note.className = "explorable-note";
    note.textContent = sentence;
    view.after(note);
  }

  async function mountAll() {
    const source = document.querySelector(STATE);
    if (!source) return;
    const entries = JSON.parse(source.textContent).state;
    const models = new Map();
    const modules = new Map();
    const styles = new Set();
    const anchors = new Map();
    const address = createAddress();

    const getModel = (id) => {
      if (!models.has(id)) models.set(id, createModel(entries[id], getModel));
      return models.get(id);
    };

    function importOnce(code) {
      if (!modules.has(code)) {
        const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
        modules.set(
          code,
          import(url).then(({ default: widget }) => (typeof widget === "function" ? widget() : widget)),
        );
      }
      return modules.get(code);
    }

    function styleOnce(css) {
      if (!css || styles.has(css)) return;
      styles.add(css);
      document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
    }

    async function mount(view) {
      const id = JSON.parse(view.textContent).model_id;
      const code = textOf(entries[id]?.state._esm);
      if (!code) return say(view, "This figure needs Python: open the chapter in Jupyter to use it.");
      const box = boxOf(view);
      const el = document.createElement("div");
      el.className = "toy-mount";
      try {
        const model = getModel(id);
        styleOnce(textOf(model.get("_css")));
        const widget = await importOnce(code);
        const first = !anchors.has(id);
        if (first) {
          const named = model.get("anchor") && !isCopy(view);
          anchors.set(id, named && address.link(model, (state) => widget.fault?.(state, model) ?? ""));
          await widget.initialize?.({ model });
          if (anchors.get(id) && !document.getElementById(anchors.get(id))) el.id = anchors.get(id);
        }
        if (box) box.append(el);
        else view.after(el);
        await widget.render?.({ model, el });
        el.dataset.anchor = anchors.get(id) || "";
        box?.classList.add("is-live");
        performance.mark("explorable");
      } catch (error) {
        console.warn("An explorable could not be mounted.", error);
        el.remove();
        say(view, "The live version of this figure could not start, so its picture stands here.");
      }
    }

    /** Mounts copies when they come near the screen, one after another, and lets the page breathe between. */
    function mountNear(copies) {
      let last = Promise.resolve();
      const near = new IntersectionObserver(
        (entries) => {
          for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
            near.unobserve(target);
            const view = copies.find((copy) => boxOf(copy) === target);
            last = last.then(() => new Promise(setTimeout)).then(() => mount(view));
          }
        },
        { rootMargin: "100%" },
      );
      for (const copy of copies) near.observe(boxOf(copy));
    }

    function follow() {
      const anchor = address.read();
      if (anchor) document.querySelector(`[data-anchor="${CSS.escape(anchor)}"]`)?.scrollIntoView();
      // Those above it have grown since the browser went there.
      else if (location.hash.startsWith("#live-")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
    }

    /** The one view that an address with `?embed` asks for, which then fills the page. */
    function alone() {
      const asked = new URLSearchParams(location.search).get("embed");
      if (asked === null) return null;
      const [anchor] = (asked || location.hash.slice(1)).split("?", 1);
      const views = [...document.querySelectorAll(VIEW)];
      const view = views.find((one) => entries[JSON.parse(one.textContent).model_id]?.state.anchor === anchor);
      if (!view) return null;
      const main = Object.assign(document.createElement("main"), { className: "explorable-alone" });
      main.append(boxOf(view) ?? view);
      document.body.append(main); // the rest stays, unseen, for the scripts that look for it
      styleOnce(ALONE);
      return view;
    }

    /** Makes the one figure as large as its frame, which on a phone it is. */
    function fill() {
      const toy = document.querySelector(".explorable-alone .toy");
      if (!toy) return;
      Object.assign(toy.style, { zoom: 1, width: "" });
      if (innerWidth < WIDE) return;
      const { offsetWidth: width, offsetHeight: height } = toy;
      const fits = Math.min(innerWidth / width, innerHeight / height);
      Object.assign(toy.style, { zoom: Math.max(LEGIBLE, fits), width: `${width}px` });
    }

    styleOnce(LAYERS);
    const only = alone();
    // One after another, so that two models of the same name are told apart in the order of the page.
    const views = only ? [only] : [...document.querySelectorAll(VIEW)];
    for (const view of views) if (!isCopy(view)) await mount(view);
    mountNear(views.filter(isCopy));
    follow();
    addEventListener("hashchange", follow);
    if (only) {
      requestAnimationFrame(fill); // once its charts know their width
      addEventListener("resize", fill);
    }
    document.documentElement.dataset.explorables = "ready";
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
