// spdlog.js - stands in for @vscode/spdlog, which npm would have to compile.
//
// code-server writes its logs, and those of extensions, through a native module;
// without one there are no log files, and the channel that a person opens stays
// empty. This writes the same lines to the same files, at once and unrotated.
"use strict";
const fs = require("fs");
const path = require("path");

const NAMES = ["trace", "debug", "info", "warning", "error", "critical"];

class Logger {
  constructor(kind, name, file) {
    this.file = file;
    this.lowest = 2;
    this.plain = false;
    fs.mkdirSync(path.dirname(file), { recursive: true });
  }

  write(level, message) {
    if (level < this.lowest) {
      return;
    }
    const when = new Date().toISOString().replace("T", " ").replace("Z", "");
    try {
      fs.appendFileSync(this.file, this.plain ? message : `${when} [${NAMES[level]}] ${message}\n`);
    } catch {
      // The folder is gone: the test is over.
    }
  }

  trace(message) { this.write(0, message); }
  debug(message) { this.write(1, message); }
  info(message) { this.write(2, message); }
  warn(message) { this.write(3, message); }
  error(message) { this.write(4, message); }
  critical(message) { this.write(5, message); }
  setLevel(level) { this.lowest = level; }
  getLevel() { return this.lowest; }
  setPattern() { this.plain = false; }
  clearFormatters() { this.plain = true; }
  flush() {}
  drop() {}
}

exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = async (name, file) => new Logger("rotating", name, file);
exports.createAsyncRotatingLogger = exports.createRotatingLogger;
