// The portal's texts, so that flows find buttons and fields by what people read.

import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../crates/portal/locales/", import.meta.url);

function read(language) {
  const words = new Map();
  for (const file of readdirSync(new URL(`${language}/`, FOLDER))) {
    const text = readFileSync(new URL(`${language}/${file}`, FOLDER), "utf8");
    for (const [, key, value] of text.matchAll(/^([a-z][\w-]*) *= *(.+)$/gm)) words.set(key, value.trim());
  }
  return words;
}

const WORDS = { de: read("de"), en: read("en") };

/** A function from a key, and what fills its places, to the text in this language. */
export function wordsOf(language) {
  return (key, places = {}) => {
    const text = WORDS[language].get(key);
    if (text === undefined) throw new Error(`the locale files have no ${key} in ${language}`);
    return text.replace(/\{ *\$(\w+) *\}/g, (_, name) => places[name] ?? "");
  };
}
