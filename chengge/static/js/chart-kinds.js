// How each kind of chart is drawn from the table of its figures: options for ECharts, and the words for numbers.
import { word as common } from "./words.js";

export const COLOURS = ["#1c5d99", "#e8930c", "#2f9e44", "#d6336c", "#7048b6", "#0b8a9a", "#a86b2d", "#5f7183", "#96b33c", "#c2255c", "#4c6ef5", "#868e96"];
export const SHADES = ["#edf3f9", "#cfe0f0", "#a3c6e3", "#6ba3d0", "#3a7cb5", "#1c5d99", "#123f6b"];
// Dark enough to carry white words.
const DEEP = ["#1c5d99", "#9a5600", "#1f7a33", "#b8245a", "#5b3b94", "#08707c", "#7d4d1d", "#4a5a69", "#5d7420", "#8c1a42", "#3450c4", "#5c636a"];
const INK = "#1d2b3a";
const MUTED = "#566779";
const LINE = "#e3e8ee";
const MOST_BARS = 12;

// Words that only charts say, put into the page as a JSON block.
const block = document.getElementById("chart-words");
const own = block ? JSON.parse(block.textContent) : {};
export const word = (name, given) => own[name] ?? common(name, given);

const language = document.documentElement.lang || "zh";
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });

/** A span of hours in the unit that says it best. */
export function span(hours) {
  if (hours < 1) return word("minutes", { count: whole.format(hours * 60) });
  return word("hours", { count: decimal.format(hours) });
}

/** A cell as it is read, by the unit of its column. */
export function shown(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "share") return percent.format(value);
  if (unit === "hours") return span(value);
  if (unit === "number") return decimal.format(value);
  return unit === "count" ? whole.format(value) : String(value);
}

const at = (told, name) => told.columns.findIndex((column) => column.name === name);
const values = (told, name) => told.rows.map((row) => row[at(told, name)]);
const label = (told, name) => told.columns[at(told, name)].label;

function base(tooltip = {}) {
  return {
    color: COLOURS,
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: INK },
    tooltip: { renderMode: "richText", confine: true, ...tooltip },
  };
}

const legend = { type: "scroll", bottom: 0, icon: "circle", itemWidth: 9, itemHeight: 9, textStyle: { color: INK } };
const categories = (data, more = {}) => ({ type: "category", data, axisTick: { show: false }, axisLine: { lineStyle: { color: "#b4c0cb" } }, axisLabel: { color: MUTED }, ...more });
const numbers = (more = {}) => ({ type: "value", splitLine: { lineStyle: { color: LINE } }, axisLabel: { color: MUTED }, ...more });

/** Names down the side, a little shortened where there is little room; the first on top. */
function namesDown(data, narrow) {
  return categories(data, { inverse: true, axisLabel: { color: INK, width: narrow ? 96 : 150, overflow: "truncate" } });
}

function stepLabel(day, step) {
  return step === "month" ? day.slice(0, 7) : day.slice(5);
}

function trends(told) {
  const days = values(told, "step");
  const step = days.length > 1 && new Date(days[1]) - new Date(days[0]) > 8 * 864e5 ? "month" : "day";
  const line = (name, more = {}) => ({ name: label(told, name), type: "line", data: values(told, name), symbol: "circle", symbolSize: 4, showSymbol: days.length < 40, lineStyle: { width: 2 }, ...more });
  return {
    ...base({ trigger: "axis" }),
    legend,
    grid: { left: 4, right: 4, top: 14, bottom: 34, containLabel: true },
    xAxis: categories(days.map((day) => stepLabel(day, step)), { boundaryGap: false }),
    yAxis: [numbers({ minInterval: 1 }), numbers({ min: 0, max: 1, splitLine: { show: false }, axisLabel: { color: MUTED, formatter: (share) => percent.format(share) } })],
    series: [
      line("reported", { areaStyle: { opacity: 0.08 } }),
      line("filed"),
      line("closed"),
      line("on_time_rate", { yAxisIndex: 1, connectNulls: false, lineStyle: { width: 2, type: "dashed" }, tooltip: { valueFormatter: (share) => shown(share, "share") } }),
    ],
  };
}

/** A street by its name; what lies in it without the street's. */
const shortened = (name) => name.split(" ").slice(1).join(" ") || name;

function areas(told, { narrow, measure }) {
  const name = measure || "cases";
  const rows = told.rows.slice(0, MOST_BARS);
  const unit = told.columns[at(told, name)].unit;
  return {
    ...base({ trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => shown(value, unit) }),
    grid: { left: 4, right: 48, top: 4, bottom: 4, containLabel: true },
    xAxis: numbers({ show: false }),
    yAxis: namesDown(rows.map((row) => shortened(row[at(told, "area")])), narrow),
    series: [{ name: label(told, name), type: "bar", barMaxWidth: 18, data: rows.map((row) => row[at(told, name)] ?? 0), label: { show: true, position: "right", color: INK, formatter: ({ value }) => shown(value, unit) } }],
  };
}

function funnel(told, { narrow }) {
  const reached = values(told, "reached");
  const on = reached.map((count, step) => reached[step + 1] ?? count);
  const lost = told.rows.map((row) => ["rejected", "transferred", "voided", "merged"].reduce((sum, name) => sum + row[at(told, name)], 0));
  const bar = (name, data, colour, more = {}) => ({ name, type: "bar", stack: "all", barMaxWidth: 30, data, itemStyle: { color: colour }, ...more });
  return {
    ...base({ trigger: "axis", axisPointer: { type: "shadow" } }),
    legend,
    grid: { left: 4, right: 64, top: 4, bottom: 34, containLabel: true },
    xAxis: numbers({ show: false, max: "dataMax" }),
    yAxis: namesDown(values(told, "step"), narrow),
    series: [
      bar(word("went_on"), on, COLOURS[0]),
      bar(label(told, "open"), values(told, "open"), COLOURS[1]),
      bar(label(told, "self_disposed"), values(told, "self_disposed"), COLOURS[2]),
      bar(word("lost_on_the_way"), lost, COLOURS[3], {
        label: { show: true, position: "right", color: INK, formatter: ({ dataIndex }) => shown(told.rows[dataIndex][at(told, "of_reported")], "share") },
      }),
    ],
  };
}

function stages(told, { narrow }) {
  const rows = told.rows.filter((row) => row[at(told, "limit")] !== null);
  const of = (name) => rows.map((row) => row[at(told, name)]);
  const bar = (name, colour, more) => ({ name: label(told, name), type: "bar", barWidth: 14, data: of(name), itemStyle: { color: colour, borderRadius: 2 }, ...more });
  return {
    ...base({ trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (hours) => shown(hours, "hours") }),
    legend,
    grid: { left: 4, right: 112, top: 4, bottom: 34, containLabel: true },
    xAxis: numbers({ axisLabel: { color: MUTED, formatter: (hours) => word("hours", { count: hours }) }, splitNumber: narrow ? 3 : 5 }),
    yAxis: namesDown(of("stage"), narrow),
    series: [
      bar("p90", "#bcd3e8", {
        barGap: "-100%",
        label: { show: true, position: "right", distance: 12, color: INK, formatter: ({ value, dataIndex }) => `${span(rows[dataIndex][at(told, "median")])} · ${span(value)}` },
      }),
      bar("median", COLOURS[0], { z: 3 }),
      { name: label(told, "limit"), type: "scatter", data: of("limit").map((hours, row) => [hours, row]), symbol: "rect", symbolSize: [2.5, 20], itemStyle: { color: COLOURS[3] }, z: 4, tooltip: { valueFormatter: (hours) => shown(hours, "hours") } },
    ],
  };
}

function classes(told) {
  const majors = new globalThis.Map();
  for (const row of told.rows) {
    const major = row[at(told, "major")];
    if (!majors.has(major)) majors.set(major, []);
    majors.get(major).push({ name: row[at(told, "class")], value: row[at(told, "cases")] });
  }
  const data = [...majors].map(([name, children], place) => {
    const itemStyle = { color: DEEP[place % DEEP.length], borderColor: DEEP[place % DEEP.length] };
    return { name, itemStyle, children: children.map((child) => ({ ...child, itemStyle: { color: itemStyle.color, borderColor: "#fff" } })) };
  });
  return {
    ...base({ formatter: ({ treePathInfo, value }) => `${treePathInfo.slice(1).map((node) => node.name).join(" › ")}  ${whole.format(value)}` }),
    series: [
      {
        type: "treemap",
        data,
        left: 0,
        right: 0,
        top: 0,
        bottom: 26,
        roam: false,
        nodeClick: "zoomToNode",
        name: word("all_classes"),
        breadcrumb: { bottom: 0, height: 20, itemStyle: { color: "#edf1f5", textStyle: { color: INK } } },
        label: { formatter: ({ name, value }) => `${name}\n${whole.format(value)}`, lineHeight: 16, overflow: "truncate" },
        upperLabel: { show: true, height: 20, color: "#fff", fontWeight: 600 },
        levels: [{ itemStyle: { gapWidth: 3, borderWidth: 0 }, upperLabel: { show: false } }, { itemStyle: { gapWidth: 1, borderWidth: 2 } }],
      },
    ],
  };
}

function channels(told, { narrow }) {
  const bar = (name, colour, more = {}) => ({ name: label(told, name), type: "bar", barWidth: 14, data: values(told, name), itemStyle: { color: colour, borderRadius: 2 }, ...more });
  return {
    ...base({ trigger: "axis", axisPointer: { type: "shadow" } }),
    legend,
    grid: { left: 4, right: 56, top: 4, bottom: 34, containLabel: true },
    xAxis: numbers({ minInterval: 1, splitNumber: narrow ? 3 : 5 }),
    yAxis: namesDown(values(told, "channel"), narrow),
    series: [
      bar("cases", "#bcd3e8", { barGap: "-100%", label: { show: true, position: "right", color: INK, formatter: ({ value }) => whole.format(value) } }),
      bar("closed", COLOURS[0], { z: 3 }),
    ],
  };
}

const shading = (most, more = {}) => ({ min: 0, max: Math.max(1, most), show: false, inRange: { color: SHADES }, ...more });

function calendar(told, { width }) {
  const data = told.rows.map(([day, count]) => [day, count]);
  const days = values(told, "day");
  const most = Math.max(...values(told, "reported"));
  const [first, last] = [days[0], days.at(-1)];
  const series = { type: "heatmap", coordinateSystem: "calendar" };
  const look = {
    itemStyle: { borderColor: "#fff", borderWidth: 2, color: "#f3f5f8" },
    splitLine: { lineStyle: { color: "#9db0c1", width: 1 } },
    dayLabel: { firstDay: 1, color: MUTED, nameMap: language.startsWith("zh") ? "ZH" : "EN" },
    monthLabel: { color: MUTED, nameMap: language.startsWith("zh") ? "ZH" : "EN" },
    yearLabel: { show: true, color: MUTED, fontSize: 12 },
  };
  const tooltip = base({ formatter: ({ value }) => `${value[0]}  ${whole.format(value[1])}` });
  if (days.length <= 100) {
    // Few weeks: one below the other, with the count in each day.
    const numbersFit = width > 330;
    return {
      ...tooltip,
      visualMap: shading(most),
      calendar: { ...look, orient: "vertical", range: [first, last], left: 56, right: 8, top: 24, bottom: 4, cellSize: ["auto", "auto"], yearLabel: { show: false } },
      series: [{ ...series, data, label: { show: numbersFit, formatter: ({ value }) => `${value[1] || ""}` } }],
    };
  }
  const years = [...new Set(days.map((day) => day.slice(0, 4)))];
  const high = 118;
  return {
    ...tooltip,
    visualMap: shading(most),
    calendar: years.map((year, row) => ({ ...look, range: year, left: 56, right: 8, top: 22 + row * high, cellSize: ["auto", 12] })),
    series: years.map((year, row) => ({ ...series, calendarIndex: row, data: data.filter(([day]) => day.startsWith(year)) })),
  };
}

function hours(told, { narrow }) {
  const names = values(told, "weekday");
  const data = told.rows.flatMap((row, weekday) => row.slice(1, 25).map((count, hour) => [hour, weekday, count]));
  return {
    ...base({ formatter: ({ value }) => `${names[value[1]]} ${String(value[0]).padStart(2, "0")}:00  ${whole.format(value[2])}` }),
    visualMap: shading(Math.max(...data.map(([, , count]) => count))),
    grid: { left: 4, right: 8, top: 4, bottom: 4, containLabel: true },
    xAxis: categories([...Array(24).keys()].map(String), { splitArea: { show: false }, axisLabel: { color: MUTED, interval: narrow ? 3 : 1 } }),
    yAxis: namesDown(names, narrow),
    series: [{ type: "heatmap", data, itemStyle: { borderColor: "#fff", borderWidth: 1 } }],
  };
}

/** One line without axes: how a figure has moved. */
function spark(told) {
  const [days, counts] = [values(told, told.columns[0].name), values(told, told.columns[1].name)];
  const unit = told.columns[1].unit;
  return {
    ...base({ trigger: "axis", valueFormatter: (value) => shown(value, unit) }),
    grid: { left: 2, right: 2, top: 6, bottom: 4 },
    xAxis: { type: "category", data: days.map((day) => day.slice(5)), show: false, boundaryGap: false },
    yAxis: { type: "value", show: false, scale: unit === "share" },
    series: [{ name: told.columns[1].label, type: "line", data: counts, symbol: "none", lineStyle: { width: 2 }, areaStyle: { opacity: 0.1 }, connectNulls: true }],
  };
}

export const KINDS = { trends, heat: areas, funnel, stages, classes, channels, calendar, hours, spark };

/** How high a chart wants to be, in pixels. */
export function heightOf(kind, told, width) {
  if (kind === "heat") return 24 + Math.min(told.rows.length, MOST_BARS) * 26;
  if (kind === "stages") return 60 + told.rows.length * 28;
  if (kind === "channels") return 60 + told.rows.length * 26;
  if (kind === "funnel") return 260;
  if (kind === "classes") return width < 500 ? 420 : 380;
  if (kind === "hours") return 220;
  if (kind === "calendar") {
    if (told.rows.length <= 100) return 40 + Math.ceil((told.rows.length + 7) / 7) * 38;
    return 30 + new Set(told.rows.map(([day]) => day.slice(0, 4))).size * 118;
  }
  return kind === "spark" ? 64 : 300;
}
