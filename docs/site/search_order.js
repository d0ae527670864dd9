// What the search shows first: the guides, then the pages for people, last why it was built so. Sphinx asks this of each result.
var Scorer = {
  score: ([page, , , , score]) => score + (page.startsWith("docs/guide/") ? 20 : /^docs\/adr\/|^[A-Z]/.test(page) ? -20 : 0),
  // what follows is as Sphinx has it
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
// Below each result stand some lines of its page, where a server gives them out; opened as files, pages can't read each other.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
