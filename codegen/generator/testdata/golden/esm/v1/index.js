export * from "../acme/shop/v1/orders_pb.js";
export * from "../acme/shop/v1/orders_nats.js";
export * from "../acme/shop/v1/region_pb.js";
