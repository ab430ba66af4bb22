-- The sales part of the demo company in SQLite, which has no COMMENT: the comments stand behind '--' and
-- stay in the CREATE TABLE text. Times are local (Asia/Shanghai), tags and attributes are JSON text.

CREATE TABLE regions ( -- 大区 / regions
    id integer PRIMARY KEY, -- 编号 / id
    name text NOT NULL UNIQUE, -- 名称 / name
    name_en text NOT NULL -- 英文名 / English name
);

CREATE TABLE stores ( -- 门店 / stores
    id integer PRIMARY KEY, -- 编号 / id
    region_id integer NOT NULL REFERENCES regions (id), -- 所属大区 / region
    name text NOT NULL UNIQUE, -- 店名 / name
    name_en text NOT NULL, -- 英文店名 / English name
    city text NOT NULL, -- 城市 / city
    city_en text NOT NULL, -- 城市英文 / city in English
    area_sqm integer NOT NULL CHECK (area_sqm > 0), -- 面积(平方米) / area in m2
    opened_on date NOT NULL, -- 开业日 / opening day
    closed_on date -- 关店日,空=营业中 / closing day, NULL=open
);

CREATE TABLE categories ( -- 商品类目(两级) / product categories, two levels
    id integer PRIMARY KEY, -- 编号 / id
    parent_id integer REFERENCES categories (id), -- 上级类目,空=一级 / parent, NULL=top level
    name text NOT NULL UNIQUE, -- 名称 / name
    name_en text NOT NULL -- 英文名 / English name
);

CREATE TABLE products ( -- 商品 / products
    id integer PRIMARY KEY, -- 编号 / id
    category_id integer NOT NULL REFERENCES categories (id), -- 二级类目 / second-level category
    name text NOT NULL UNIQUE, -- 商品名 / name
    name_en text NOT NULL, -- 英文名 / English name
    list_price numeric(12,2) NOT NULL CHECK (list_price > 0), -- 标价(元) / list price, CNY
    unit_cost numeric(12,2) NOT NULL CHECK (unit_cost > 0), -- 单位成本(元) / unit cost, CNY
    launched_on date NOT NULL, -- 上市日 / launch day
    is_active boolean NOT NULL, -- 在售 / on sale now
    tags text NOT NULL, -- 标签(JSON) / tags: new, eco, gift, import
    attributes text -- 属性(JSON) / attributes: color, origin, warranty_months
);

CREATE TABLE customers ( -- 客户。高价值客户=金卡和白金客户 / customers
    id integer PRIMARY KEY, -- 编号 / id
    name text NOT NULL, -- 姓名 / name
    name_en text NOT NULL, -- 拼音名 / name in pinyin
    gender text CHECK (gender IN ('F', 'M')), -- 性别,空=企业 / F=女 female, M=男 male, NULL=company
    tier text NOT NULL, -- 等级 / tier: regular=普通, silver=银卡, gold=金卡, platinum=白金
    city text NOT NULL, -- 城市 / city
    phone text, -- 手机号 / mobile
    birth_date date, -- 生日 / birth date
    registered_at datetime NOT NULL -- 注册时间 / registered at
);

CREATE TABLE orders ( -- 销售订单。有效订单=已付款、已发货、已完成的订单；销售额=有效订单的订单金额合计 / orders. sales = total of paid, shipped and completed ones
    id integer PRIMARY KEY, -- 编号 / id
    customer_id integer NOT NULL REFERENCES customers (id), -- 客户 / customer
    store_id integer NOT NULL REFERENCES stores (id), -- 门店 / store
    channel text NOT NULL, -- 渠道 / channel: offline=线下, online=网店, app, wholesale=批发
    status integer NOT NULL CHECK (status BETWEEN 0 AND 5), -- 状态 / status: 0=待付款 pending, 1=已付款 paid, 2=已发货 shipped, 3=已完成 completed, 4=已取消 cancelled, 5=已退款 refunded
    ordered_at datetime NOT NULL, -- 下单时间 / ordered at
    total_amount numeric(12,2) NOT NULL CHECK (total_amount > 0) -- 订单金额 / order total, CNY
);

CREATE TABLE order_items ( -- 订单明细。毛利=有效订单的金额-数量*单位成本 / order lines
    id integer PRIMARY KEY, -- 编号 / id
    order_id integer NOT NULL REFERENCES orders (id), -- 订单 / order
    product_id integer NOT NULL REFERENCES products (id), -- 商品 / product
    quantity integer NOT NULL CHECK (quantity > 0), -- 数量 / quantity
    unit_price numeric(12,2) NOT NULL CHECK (unit_price > 0), -- 成交单价(元) / price paid per unit
    amount numeric(12,2) NOT NULL CHECK (abs(amount - quantity * unit_price) < 0.005) -- 金额=数量*单价 / line amount
);

CREATE TABLE payments ( -- 付款,批发分两笔 / payments, wholesale pays twice
    id integer PRIMARY KEY, -- 编号 / id
    order_id integer NOT NULL REFERENCES orders (id), -- 订单 / order
    method text NOT NULL, -- 方式 / method: wechat=微信, alipay=支付宝, card=银行卡, cash=现金, transfer=转账
    amount numeric(12,2) NOT NULL CHECK (amount > 0), -- 金额(元) / amount, CNY
    paid_at datetime NOT NULL -- 付款时间 / paid at
);

CREATE TABLE returns ( -- 退货 / returns
    id integer PRIMARY KEY, -- 编号 / id
    order_item_id integer NOT NULL REFERENCES order_items (id), -- 订单明细 / order line
    quantity integer NOT NULL CHECK (quantity > 0), -- 退货数量 / quantity returned
    reason text NOT NULL, -- 原因 / reason: 质量问题 defect, 尺寸不符 wrong size, 发错货 wrong item, 运输破损 damaged, 不想要了 changed mind
    status integer NOT NULL CHECK (status BETWEEN 0 AND 3), -- 状态 / status: 0=申请中 requested, 1=已同意 approved, 2=已退款 refunded, 3=已拒绝 rejected
    refund_amount numeric(12,2) CHECK (refund_amount > 0), -- 退款额(元) / amount refunded
    returned_at datetime NOT NULL, -- 退货时间 / returned at
    refunded_at datetime -- 退款时间 / refunded at
);

CREATE INDEX orders_ordered_at ON orders (ordered_at);
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE INDEX orders_store_id ON orders (store_id);
CREATE INDEX order_items_order_id ON order_items (order_id);
CREATE INDEX order_items_product_id ON order_items (product_id);
CREATE INDEX payments_order_id ON payments (order_id);
CREATE INDEX returns_order_item_id ON returns (order_item_id);
