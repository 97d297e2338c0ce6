export { release } from "./release.js";

/** Every subject of the module, by the pattern that its contract declares. */
export declare const subjects: {
  readonly "shop.orders.cancel.request.v1": {
    readonly "kind": "request";
    readonly "role": "request";
    readonly "messageType": "acme.shop.v1.CancelRequest";
    readonly "rpc": "acme.shop.v1.OrderService.Cancel";
    readonly "queueGroup": "q.shop";
    readonly "stream": null;
  };
  readonly "shop.orders.place.reply.v1": {
    readonly "kind": "request";
    readonly "role": "reply";
    readonly "messageType": "acme.shop.v1.PlaceResponse";
    readonly "rpc": "acme.shop.v1.OrderService.Place";
    readonly "queueGroup": null;
    readonly "stream": null;
  };
  readonly "shop.orders.place.request.v1.{region}": {
    readonly "kind": "request";
    readonly "role": "request";
    readonly "messageType": "acme.shop.v1.PlaceRequest";
    readonly "rpc": "acme.shop.v1.OrderService.Place";
    readonly "queueGroup": "q.shop";
    readonly "stream": null;
  };
  readonly "shop.orders.placed.v1.{region}.{meta.request_id}.{number}": {
    readonly "kind": "event";
    readonly "role": "event";
    readonly "messageType": "acme.shop.v1.OrderPlaced";
    readonly "rpc": null;
    readonly "queueGroup": null;
    readonly "stream": null;
  };
  readonly "shop.orders.shipped.v1": {
    readonly "kind": "event";
    readonly "role": "event";
    readonly "messageType": "acme.shop.v1.OrderPlaced.Shipped";
    readonly "rpc": null;
    readonly "queueGroup": null;
    readonly "stream": "SHIPPED";
  };
  readonly "shop.orders.track.frames.v1.{meta.request_id}": {
    readonly "kind": "streaming";
    readonly "role": "frames";
    readonly "messageType": "acme.shop.v1.TrackResponse";
    readonly "rpc": "acme.shop.v1.OrderService.Track";
    readonly "queueGroup": null;
    readonly "stream": null;
  };
  readonly "shop.orders.track.request.v1": {
    readonly "kind": "streaming";
    readonly "role": "request";
    readonly "messageType": "acme.shop.v1.TrackRequest";
    readonly "rpc": "acme.shop.v1.OrderService.Track";
    readonly "queueGroup": "q.shop";
    readonly "stream": null;
  };
};
