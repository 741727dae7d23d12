// Draws each figure from the numbers of its table. Without this there is the table alone.
"use strict";

(() => {
  const colours = ["#0a4fa3", "#b5480a", "#5b3a8c", "#7a4d00", "#146c43", "#8a1c28", "#4a5560"];
  const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3], [10, 4], [4, 4]];
  const language = document.documentElement.lang;
  const written = new Intl.NumberFormat(language, { maximumFractionDigits: 4 });

  const series = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    return heads.flatMap((head, place) => head.dataset.charted ? [{
      label: head.textContent.trim(),
      data: rows.map((row) => Number(row.cells[place].dataset.number)),
    }] : []);
  };

  const draw = (figure) => {
    const table = figure.querySelector("table");
    const picture = figure.querySelector(".console-picture");
    if (!table || !picture) return;
    const isLine = figure.dataset.kind === "line";
    const isStacked = Boolean(figure.dataset.stacked);
    // Names stand beside their bars, all of them, word below word: there is no room below.
    const isNamed = Boolean(figure.dataset.named);
    const labels = [...table.tBodies[0].rows].map((row) => row.cells[0].textContent.trim());
    if (isNamed) picture.style.height = `${Math.max(17, 5 + 5 * labels.length)}rem`;
    const datasets = series(table)
      .map((one, place) => ({ ...one, place }))
      .filter((one) => one.data.some((number) => number !== 0))
      .map(({ place, ...one }) => ({
        ...one,
        borderColor: colours[place % colours.length],
        backgroundColor: colours[place % colours.length],
        borderDash: isLine ? dashes[place % dashes.length] : [],
        borderWidth: isLine ? 2 : 0,
        pointRadius: isLine ? 2 : 0,
      }));
    picture.hidden = false;
    new Chart(picture.querySelector("canvas"), {
      type: figure.dataset.kind,
      data: {
        labels,
        datasets,
      },
      options: {
        animation: false,
        indexAxis: isNamed ? "y" : "x",
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { position: "bottom" },
          tooltip: { callbacks: {
            label: (item) => `${item.dataset.label}: ${written.format(item.raw)}`,
          } },
        },
        scales: {
          [isNamed ? "y" : "x"]: { stacked: isStacked, ticks: isNamed ? {
            autoSkip: false,
            callback: (place) => labels[place].split(" "),
          } : { maxRotation: 0, autoSkipPadding: 12 } },
          [isNamed ? "x" : "y"]: { stacked: isStacked, ticks: {
            callback: (number) => written.format(number),
          } },
        },
      },
    });
  };

  document.querySelectorAll("figure.console-figure").forEach(draw);
})();
