"use strict";
/* Draws the charts of the pipeline page from the tables behind them: what a chart shows is what its table says, and a bar
   leads where its number leads. Colours are the table's own, so light and dark both hold. */
{
    const charts = new Map();

    const colours = (element) => {
        const style = getComputedStyle(element);
        return { tone: style.getPropertyValue("--tone").trim(), text: style.color };
    };

    const cells = (row) => [...row.querySelectorAll("td[data-number]")];
    const number = (cell) => (cell.dataset.number === "" ? null : Number(cell.dataset.number));
    const label = (heading) => heading.dataset.short || heading.textContent.trim();

    /* What to draw: the names along the axis, and for every series its name, colour, numbers and cells. */
    const read = (table) => {
        const rows = [...table.querySelectorAll("tbody tr:not([data-sum]):not(.attio-group)")].filter((row) => cells(row).length);
        const headings = [...table.querySelectorAll("thead th")].slice(1);
        if (table.dataset.byRow) {
            const series = rows.map((row) => ({ name: label(row.querySelector("th")), of: row, cells: cells(row) }));
            return { names: headings.map(label), series };
        }
        const shown = headings.map((heading, n) => ({ heading, n })).filter(({ heading }) => "series" in heading.dataset);
        const series = shown.map(({ heading, n }) => ({ name: label(heading), of: heading, cells: rows.map((row) => cells(row)[n]) }));
        return { names: rows.map((row) => label(row.querySelector("th"))), series };
    };

    const grid = (table) => {
        const style = getComputedStyle(table);
        return { lines: style.getPropertyValue("--hairline-color").trim(), text: style.getPropertyValue("--body-fg").trim() };
    };

    const follow = (drawn, series) => (event) => {
        const [hit] = drawn().getElementsAtEventForMode(event.native, "nearest", { intersect: true }, false);
        const way = hit && series[hit.datasetIndex].cells[hit.index].querySelector("a");
        if (way) {
            window.location.assign(way.href);
        }
    };

    const axis = (look, stacked, numbers) => ({
        stacked,
        beginAtZero: true,
        grid: { color: look.lines, display: numbers },
        border: { color: look.lines },
        ticks: { color: look.text, ...(numbers ? { precision: 0 } : { autoSkip: true, maxRotation: 50 }) },
    });

    const draw = (canvas) => {
        const table = document.getElementById(`table-${canvas.dataset.of}`);
        const { names, series } = read(table);
        const look = grid(table);
        const [sideways, stacked] = ["sideways", "stacked"].map((word) => table.dataset.chart.split(" ").includes(word));
        const datasets = series.map((one) => ({
            label: one.name,
            data: one.cells.map(number),
            backgroundColor: colours(one.of).tone,
            maxBarThickness: 36,
            borderRadius: 2,
        }));
        if (sideways) {
            canvas.parentElement.style.height = `${90 + names.length * (stacked ? 30 : 14 + 16 * series.length)}px`;
        }
        charts.get(canvas)?.destroy();
        const chart = new window.Chart(canvas, {
            type: "bar",
            data: { labels: names, datasets },
            options: {
                animation: false,
                maintainAspectRatio: false,
                indexAxis: sideways ? "y" : "x",
                onClick: follow(() => charts.get(canvas), series),
                scales: { [sideways ? "y" : "x"]: axis(look, stacked, false), [sideways ? "x" : "y"]: axis(look, stacked, true) },
                plugins: { legend: { display: series.length > 1, position: "bottom", labels: { color: look.text, boxWidth: 12 } } },
            },
        });
        charts.set(canvas, chart);
    };

    const drawAll = () => document.querySelectorAll("canvas[data-of]").forEach(draw);

    document.addEventListener("DOMContentLoaded", () => {
        drawAll();
        window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
        new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    });
}
