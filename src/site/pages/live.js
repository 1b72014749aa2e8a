"use strict";

// A page that is served follows what it is made from. A visible page listens to news; where its own
// version has changed, its content is replaced, and scroll, filters, sorting and what is open stay.
(() => {
  const page = document.documentElement.dataset.page;
  const state = document.getElementById("live");
  const say = (text, isProblem) => {
    if (state.textContent !== text) state.textContent = text;
    state.classList.toggle("problem", isProblem);
  };

  const key = (details) => details.querySelector("summary").textContent;
  const place = () => ({
    open: [...document.querySelectorAll("main details[open]")].map(key),
    sorted: [...document.querySelectorAll("main table")].map((table) => {
      const heads = [...table.querySelectorAll("thead th")];
      const column = heads.findIndex((head) => head.hasAttribute("aria-sort"));
      return { column, order: column < 0 ? "" : heads[column].getAttribute("aria-sort") };
    }),
    focus: [...document.querySelectorAll("main a, main button, main input, main select, main summary")].indexOf(document.activeElement),
    words: document.querySelector("#filters [name=words]")?.selectionStart,
    x: scrollX, y: scrollY,
  });
  const restore = (before) => {
    for (const details of document.querySelectorAll("main details")) details.open ||= before.open.includes(key(details));
    document.querySelectorAll("main table").forEach((table, number) => {
      const { column, order } = before.sorted[number] ?? { column: -1 };
      const button = column < 0 ? null : table.querySelectorAll("thead th")[column]?.querySelector("button");
      if (button) button.click();
      if (button && order === "descending") button.click();
    });
    const focusable = document.querySelectorAll("main a, main button, main input, main select, main summary");
    const focused = focusable[before.focus];
    focused?.focus({ preventScroll: true });
    if (focused?.name === "words") focused.setSelectionRange(before.words, before.words);
    scrollTo({ left: before.x, top: before.y, behavior: "instant" });
  };

  const replace = async (version) => {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    // A figure of the same name is another one now.
    for (const image of fresh.querySelectorAll("main img")) image.setAttribute("src", `${image.getAttribute("src")}?${version}`);
    const before = place();
    const height = new Map([...document.querySelectorAll("main img")].map((image) => [image.src.split("?")[0], image.height]));
    document.title = fresh.title;
    document.documentElement.dataset.version = fresh.documentElement.dataset.version;
    document.getElementById("main").replaceWith(document.adoptNode(fresh.getElementById("main")));
    window.enhance();
    // Figures keep their place until they are loaded, so that nothing jumps.
    for (const image of document.querySelectorAll("main img")) {
      image.style.minHeight = `${height.get(image.src.split("?")[0]) ?? 0}px`;
      image.addEventListener("load", () => { image.style.minHeight = ""; }, { once: true });
    }
    restore(before);
  };

  // One after the other; of several in a row the last one is shown.
  let latest = null;
  let isBusy = false;
  const follow = async (news) => {
    latest = news;
    if (isBusy) return;
    isBusy = true;
    while (latest) {
      const { pages, status } = latest;
      latest = null;
      const { stored, all, problem } = status;
      say(problem ? `not shown: ${problem}` : `${stored} of ${all} cells`, Boolean(problem));
      const version = pages[page];
      try {
        if (version && version !== document.documentElement.dataset.version) await replace(version);
      } catch { /* The server has gone; it is said below. */ }
    }
    isBusy = false;
  };

  // A hidden page does not listen: browsers allow six connections to a host.
  let source = null;
  const listen = () => {
    if (document.hidden || source) return;
    source = new EventSource("/events");
    source.onmessage = (event) => follow(JSON.parse(event.data));
    source.onerror = () => {
      say("maruyama serve has ended", true);
      if (source.readyState === EventSource.CLOSED) rest(2000);
    };
  };
  const rest = (wait) => {
    source?.close();
    source = null;
    if (wait) setTimeout(listen, wait);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? rest(0) : listen()));
  addEventListener("pagehide", () => rest(0));
  addEventListener("pageshow", listen);
  listen();
})();
