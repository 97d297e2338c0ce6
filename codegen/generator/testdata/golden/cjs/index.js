"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.release = require("./release.js").release;
exports.subjects = {
  "shop.orders.cancel.request.v1": {
    "kind": "request",
    "role": "request",
    "messageType": "acme.shop.v1.CancelRequest",
    "rpc": "acme.shop.v1.OrderService.Cancel",
    "queueGroup": "q.shop",
    "stream": null
  },
  "shop.orders.place.reply.v1": {
    "kind": "request",
    "role": "reply",
    "messageType": "acme.shop.v1.PlaceResponse",
    "rpc": "acme.shop.v1.OrderService.Place",
    "queueGroup": null,
    "stream": null
  },
  "shop.orders.place.request.v1.{region}": {
    "kind": "request",
    "role": "request",
    "messageType": "acme.shop.v1.PlaceRequest",
    "rpc": "acme.shop.v1.OrderService.Place",
    "queueGroup": "q.shop",
    "stream": null
  },
  "shop.orders.placed.v1.{region}.{meta.request_id}.{number}": {
    "kind": "event",
    "role": "event",
    "messageType": "acme.shop.v1.OrderPlaced",
    "rpc": null,
    "queueGroup": null,
    "stream": null
  },
  "shop.orders.shipped.v1": {
    "kind": "event",
    "role": "event",
    "messageType": "acme.shop.v1.OrderPlaced.Shipped",
    "rpc": null,
    "queueGroup": null,
    "stream": "SHIPPED"
  },
  "shop.orders.track.frames.v1.{meta.request_id}": {
    "kind": "streaming",
    "role": "frames",
    "messageType": "acme.shop.v1.TrackResponse",
    "rpc": "acme.shop.v1.OrderService.Track",
    "queueGroup": null,
    "stream": null
  },
  "shop.orders.track.request.v1": {
    "kind": "streaming",
    "role": "request",
    "messageType": "acme.shop.v1.TrackRequest",
    "rpc": "acme.shop.v1.OrderService.Track",
    "queueGroup": "q.shop",
    "stream": null
  }
};
