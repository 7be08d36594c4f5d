// The chart of channels: stacked bars, as wide as the page.
const place = document.getElementById("chart");
const told = JSON.parse(document.getElementById("chart-data").textContent);
const COLOURS = ["#1c5d99", "#e8930c", "#2f9e44", "#7048b6", "#d6336c", "#0b8a9a", "#a86b2d", "#5f7183", "#96b33c", "#c2255c", "#4c6ef5", "#868e96"];

const chart = globalThis.echarts.init(place, null, { renderer: "canvas" });
chart.setOption({
  color: COLOURS,
  animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
  tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", confine: true },
  legend: { type: "scroll", bottom: 0, icon: "circle", itemWidth: 9, itemHeight: 9 },
  grid: { left: 4, right: 8, top: 12, bottom: 34, containLabel: true },
  xAxis: { type: "category", data: told.steps, axisTick: { show: false }, axisLine: { lineStyle: { color: "#b4c0cb" } }, axisLabel: { color: "#566779" } },
  yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: "#e3e8ee" } }, axisLabel: { color: "#566779" } },
  series: told.series.map((one) => ({ ...one, type: "bar", stack: "all", barMaxWidth: 28, emphasis: { focus: "series" } })),
});
new ResizeObserver(() => chart.resize()).observe(place);
