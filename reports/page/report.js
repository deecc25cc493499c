"use strict";
// What the page can do with scripts: filter the results, open the one that an
// address leads to, and unfold everything before it is printed.
(() => {
  const results = [...document.querySelectorAll(".result")];
  const groups = [...document.querySelectorAll(".group")];
  const form = document.getElementById("filters");
  const words = new Map(); // the text of a result in lower case, made when first asked for

  // What is the same in every result, such as labels, is not looked through.
  const textOf = (result) => {
    if (!words.has(result)) {
      const parts = [...result.querySelectorAll(".id, .headline, dl:not(.again) > dd, .what, .proves, pre")];
      words.set(result, parts.map((e) => e.textContent).join("\n").toLowerCase().replace(/\s+/g, " "));
    }
    return words.get(result);
  };

  const filter = () => {
    const want = new FormData(form);
    const verdict = want.get("verdict");
    const text = want.get("text").toLowerCase().trim().replace(/\s+/g, " ");
    let shown = 0;
    for (const result of results) {
      const is = result.dataset;
      const show = (!verdict || (verdict === "open" ? is.verdict !== "pass" : is.verdict === verdict)) &&
        ["level", "area", "target"].every((name) => !want.get(name) || want.get(name) === is[name]) &&
        (!text || textOf(result).includes(text));
      result.hidden = !show;
      if (show) shown++;
    }
    for (const group of groups) group.hidden = !group.querySelector(".result:not([hidden])");
    document.getElementById("shown").textContent =
      shown + " of " + results.length + " checks" + (shown ? "" : ": nothing matches");
  };

  const addressed = () => {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null; // an address with a stray "%"
    }
  };

  const reveal = () => {
    const target = addressed();
    if (!target) return;
    if (form && target.closest("[hidden]")) {
      form.reset();
      filter();
    }
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView();
  };

  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("reset", () => setTimeout(filter)); // the fields are reset after the event
    form.addEventListener("submit", (event) => event.preventDefault());
    const fold = (open) => {
      for (const result of results) if (!result.hidden) result.open = open;
    };
    document.getElementById("unfold").addEventListener("click", () => fold(true));
    document.getElementById("fold").addEventListener("click", () => fold(false));
    filter(); // a browser may have kept the fields of an earlier visit
  }

  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal(); // no change of the address, and no event
  });
  reveal();

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const e of folded) e.open = true;
  });
  addEventListener("afterprint", () => {
    for (const e of folded) e.open = false;
    folded = [];
  });
})();
