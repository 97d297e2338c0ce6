"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.release = {
  "module": "acme/shop",
  "semver": "1.4.0",
  "digest": "sha256:1234"
};
