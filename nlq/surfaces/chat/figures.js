"use strict";
// Cells as people read them: the same words as in the answer's sentence.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SYMBOLS = { PHP: "₱", USD: "$", EUR: "€", GBP: "£", JPY: "¥" };

// A row in words. What a total is not split by is "all" of it, which is not the same as unknown.
function cells(row, columns) {
  const mark = columns.findIndex((one) => one.name === "__total");
  const kept = mark < 0 || row[mark] === null ? null : row[mark].split(", ");
  return columns.map((one, at) => {
    if (at === mark && row[at] === null) return "";
    if (kept && row[at] === null && one.role === "dimension" && !kept.includes(one.name)) return "all";
    return shown(row[at], one);
  });
}

// What people read for codes, by dimension: the page sets it once it knows who asks.
let labels = {};

function shown(cell, column) {
  if (cell === null) return column.role === "dimension" ? "unknown" : "—";
  const known = column.role === "dimension" && labels[column.name];
  if (known && Object.hasOwn(known, String(cell))) return known[String(cell)];
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (typeof cell === "number" && column.role === "metric") {
    const fixed = (value, digits) => value.toLocaleString("en-PH", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    if (/^[A-Z]{3}$/.test(column.unit || "")) return (cell < 0 ? "-" : "") + (SYMBOLS[column.unit] || column.unit + " ") + fixed(Math.abs(cell), 2);
    if (column.unit === "ratio") return fixed(cell * 100, 1) + "%";
    return fixed(cell, column.type === "integer" || Number.isInteger(cell) ? 0 : 2);
  }
  if (column.type === "date") {
    const [year, month] = String(cell).split("-").map(Number);
    if (column.name.endsWith(".month")) return `${MONTHS[month - 1]} ${year}`;
    if (column.name.endsWith(".quarter")) return `Q${Math.ceil(month / 3)} ${year}`;
    if (column.name.endsWith(".week")) return `week of ${cell}`;
  }
  return String(cell);
}
