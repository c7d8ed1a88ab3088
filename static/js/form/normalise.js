// What people type, made one shape. core/form_engine/normalise.py says the same and is the authority. No DOM here.
import { isDay, isFilled } from "./conditions.js";

const DATE_SHAPES = [
  /^([0-9]{4})[ \t]*[-./年][ \t]*([0-9]{1,2})[ \t]*[-./月][ \t]*([0-9]{1,2})[ \t]*[日号]?$/,
  /^([0-9]{4})([0-9]{2})([0-9]{2})$/,
];
const NUMBER = /^[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$/;
const DIGITS_THAT_SURVIVE = 15;
const WIDE_SIGNS = { "．": ".", "－": "-", "，": ",", "／": "/", "。": ".", "　": " " };

export function cleanText(value, lines = false) {
  const unix = value.replace(/\r\n?/g, "\n");
  const kept = unix.replace(/[\p{Cc}\p{Cs}]/gu, (mark) => (mark === "\n" || mark === "\t" ? mark : ""));
  return lines ? kept.trim() : kept.split(/\s+/u).filter(Boolean).join(" ");
}

export const toHalfWidth = (value) =>
  value.replace(/[０-９Ａ-Ｚａ-ｚ]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));

const withHalfSigns = (value) => toHalfWidth(value).replace(/[．－，／。　]/g, (sign) => WIDE_SIGNS[sign]).trim();

export function toDay(value) {
  const typed = withHalfSigns(value);
  for (const shape of DATE_SHAPES) {
    const match = shape.exec(typed);
    if (!match) continue;
    const day = `${match[1]}-${match[2].padStart(2, "0")}-${match[3].padStart(2, "0")}`;
    return isDay(day) ? day : cleanText(value);
  }
  return cleanText(value);
}

export function toNumber(value) {
  if (typeof value === "number") return value;
  const typed = withHalfSigns(value);
  if (!NUMBER.test(typed) || typed.replace(/[^0-9]/g, "").length > DIGITS_THAT_SURVIVE) return cleanText(value);
  return Number(typed.replaceAll(",", ""));
}

export function cleanValue(field, value) {
  if (value === null || value === undefined) return null;
  if (field.type === "list") return value.map((row) => cleanRow(field.columns, row)).filter(isFilled);
  if (field.type === "photos") return value;
  if (field.type === "number") return toNumber(value);
  if (field.type === "date") return toDay(value);
  if (field.type === "longtext") return cleanText(value, true);
  return field.type === "text" ? toHalfWidth(cleanText(value)) : cleanText(value);
}

function cleanRow(columns, row) {
  const cells = columns.map((column) => [column.key, cleanValue(column, row[column.key])]);
  return Object.fromEntries(cells.filter(([, cell]) => isFilled(cell)));
}
