"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
Object.assign(exports, require("../acme/shop/v1/orders_pb.js"));
Object.assign(exports, require("../acme/shop/v1/orders_nats.js"));
Object.assign(exports, require("../acme/shop/v1/region_pb.js"));
