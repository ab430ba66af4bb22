-- The demo company in PostgreSQL. Table and column order is that of the row types in rows.py.
-- A change here or there is a new generation: raise company.VERSION.

CREATE TABLE regions (
    id smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL
);
COMMENT ON TABLE regions IS '大区 / regions';
COMMENT ON COLUMN regions.id IS '编号 / id';
COMMENT ON COLUMN regions.name IS '名称 / name';
COMMENT ON COLUMN regions.name_en IS '英文名 / English name';

CREATE TABLE stores (
    id smallint PRIMARY KEY,
    region_id smallint NOT NULL REFERENCES regions,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL,
    city text NOT NULL,
    city_en text NOT NULL,
    area_sqm integer NOT NULL CHECK (area_sqm > 0),
    opened_on date NOT NULL,
    closed_on date
);
COMMENT ON TABLE stores IS '门店 / stores';
COMMENT ON COLUMN stores.id IS '编号 / id';
COMMENT ON COLUMN stores.region_id IS '所属大区 / region';
COMMENT ON COLUMN stores.name IS '店名 / name';
COMMENT ON COLUMN stores.name_en IS '英文店名 / English name';
COMMENT ON COLUMN stores.city IS '城市 / city';
COMMENT ON COLUMN stores.city_en IS '城市英文 / city in English';
COMMENT ON COLUMN stores.area_sqm IS '面积(平方米) / area in m2';
COMMENT ON COLUMN stores.opened_on IS '开业日 / opening day';
COMMENT ON COLUMN stores.closed_on IS '关店日,空=营业中 / closing day, NULL=open';

CREATE TABLE warehouses (
    id smallint PRIMARY KEY,
    region_id smallint NOT NULL REFERENCES regions,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL,
    capacity integer NOT NULL
);
COMMENT ON TABLE warehouses IS '仓库 / warehouses';
COMMENT ON COLUMN warehouses.id IS '编号 / id';
COMMENT ON COLUMN warehouses.region_id IS '所在大区 / region';
COMMENT ON COLUMN warehouses.name IS '名称 / name';
COMMENT ON COLUMN warehouses.name_en IS '英文名 / English name';
COMMENT ON COLUMN warehouses.capacity IS '容量(件) / capacity in units';

CREATE TABLE categories (
    id smallint PRIMARY KEY,
    parent_id smallint REFERENCES categories,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL
);
COMMENT ON TABLE categories IS '商品类目(两级) / product categories, two levels';
COMMENT ON COLUMN categories.id IS '编号 / id';
COMMENT ON COLUMN categories.parent_id IS '上级类目,空=一级 / parent, NULL=top level';
COMMENT ON COLUMN categories.name IS '名称 / name';
COMMENT ON COLUMN categories.name_en IS '英文名 / English name';

CREATE TABLE suppliers (
    id smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL,
    city text NOT NULL,
    rating smallint CHECK (rating BETWEEN 1 AND 5)
);
COMMENT ON TABLE suppliers IS '供应商 / suppliers';
COMMENT ON COLUMN suppliers.id IS '编号 / id';
COMMENT ON COLUMN suppliers.name IS '名称 / name';
COMMENT ON COLUMN suppliers.name_en IS '英文名 / English name';
COMMENT ON COLUMN suppliers.city IS '城市 / city';
COMMENT ON COLUMN suppliers.rating IS '评级1-5,空=未评 / rating, NULL=not rated';

CREATE TABLE products (
    id integer PRIMARY KEY,
    category_id smallint NOT NULL REFERENCES categories,
    supplier_id smallint NOT NULL REFERENCES suppliers,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL,
    list_price numeric(12,2) NOT NULL CHECK (list_price > 0),
    unit_cost numeric(12,2) NOT NULL CHECK (unit_cost > 0),
    launched_on date NOT NULL,
    is_active boolean NOT NULL,
    tags text[] NOT NULL,
    attributes jsonb
);
COMMENT ON TABLE products IS '商品 / products';
COMMENT ON COLUMN products.id IS '编号 / id';
COMMENT ON COLUMN products.category_id IS '二级类目 / second-level category';
COMMENT ON COLUMN products.supplier_id IS '供应商 / supplier';
COMMENT ON COLUMN products.name IS '商品名 / name';
COMMENT ON COLUMN products.name_en IS '英文名 / English name';
COMMENT ON COLUMN products.list_price IS '标价(元) / list price, CNY';
COMMENT ON COLUMN products.unit_cost IS '单位成本(元) / unit cost, CNY';
COMMENT ON COLUMN products.launched_on IS '上市日 / launch day';
COMMENT ON COLUMN products.is_active IS '在售 / on sale now';
COMMENT ON COLUMN products.tags IS '标签 / tags: new, eco, gift, import';
COMMENT ON COLUMN products.attributes IS '属性 / attributes: color, origin, warranty_months';

CREATE TABLE customers (
    id integer PRIMARY KEY,
    name text NOT NULL,
    name_en text NOT NULL,
    gender text CHECK (gender IN ('F', 'M')),
    tier text NOT NULL,
    city text NOT NULL,
    phone text,
    birth_date date,
    registered_at timestamptz NOT NULL
);
COMMENT ON TABLE customers IS '客户。高价值客户=金卡和白金客户 / customers';
COMMENT ON COLUMN customers.id IS '编号 / id';
COMMENT ON COLUMN customers.name IS '姓名 / name';
COMMENT ON COLUMN customers.name_en IS '拼音名 / name in pinyin';
COMMENT ON COLUMN customers.gender IS '性别,空=企业 / F=女 female, M=男 male, NULL=company';
COMMENT ON COLUMN customers.tier IS '等级 / tier: regular=普通, silver=银卡, gold=金卡, platinum=白金';
COMMENT ON COLUMN customers.city IS '城市 / city';
COMMENT ON COLUMN customers.phone IS '手机号 / mobile';
COMMENT ON COLUMN customers.birth_date IS '生日 / birth date';
COMMENT ON COLUMN customers.registered_at IS '注册时间 / registered at';

CREATE TABLE promotions (
    id smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL,
    discount_rate numeric(4,2) NOT NULL CHECK (discount_rate > 0 AND discount_rate < 1),
    starts_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on >= starts_on)
);
COMMENT ON TABLE promotions IS '促销活动 / promotions';
COMMENT ON COLUMN promotions.id IS '编号 / id';
COMMENT ON COLUMN promotions.name IS '名称 / name';
COMMENT ON COLUMN promotions.name_en IS '英文名 / English name';
COMMENT ON COLUMN promotions.discount_rate IS '折扣率,0.15=优惠15% / discount, 0.15=15% off';
COMMENT ON COLUMN promotions.starts_on IS '开始日 / first day';
COMMENT ON COLUMN promotions.ends_on IS '结束日 / last day';

CREATE TABLE orders (
    id integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers,
    store_id smallint NOT NULL REFERENCES stores,
    promotion_id smallint REFERENCES promotions,
    channel text NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 5),
    ordered_at timestamptz NOT NULL,
    total_amount numeric(12,2) NOT NULL CHECK (total_amount > 0)
);
COMMENT ON TABLE orders IS '销售订单。有效订单=已付款、已发货、已完成的订单；销售额=有效订单的订单金额合计 / orders. sales = total of paid, shipped and completed ones';
COMMENT ON COLUMN orders.id IS '编号 / id';
COMMENT ON COLUMN orders.customer_id IS '客户 / customer';
COMMENT ON COLUMN orders.store_id IS '门店 / store';
COMMENT ON COLUMN orders.promotion_id IS '促销活动,可空 / promotion, if any';
COMMENT ON COLUMN orders.channel IS '渠道 / channel: offline=线下, online=网店, app, wholesale=批发';
COMMENT ON COLUMN orders.status IS '状态 / status: 0=待付款 pending, 1=已付款 paid, 2=已发货 shipped, 3=已完成 completed, 4=已取消 cancelled, 5=已退款 refunded';
COMMENT ON COLUMN orders.ordered_at IS '下单时间 / ordered at';
COMMENT ON COLUMN orders.total_amount IS '订单金额 / order total, CNY';

CREATE TABLE order_items (
    id integer PRIMARY KEY,
    order_id integer NOT NULL REFERENCES orders,
    product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(12,2) NOT NULL CHECK (unit_price > 0),
    amount numeric(12,2) NOT NULL CHECK (amount = quantity * unit_price)
);
COMMENT ON TABLE order_items IS '订单明细。毛利=有效订单的金额-数量*单位成本 / order lines';
COMMENT ON COLUMN order_items.id IS '编号 / id';
COMMENT ON COLUMN order_items.order_id IS '订单 / order';
COMMENT ON COLUMN order_items.product_id IS '商品 / product';
COMMENT ON COLUMN order_items.quantity IS '数量 / quantity';
COMMENT ON COLUMN order_items.unit_price IS '成交单价(元) / price paid per unit';
COMMENT ON COLUMN order_items.amount IS '金额=数量*单价 / line amount';

CREATE TABLE payments (
    id integer PRIMARY KEY,
    order_id integer NOT NULL REFERENCES orders,
    method text NOT NULL,
    amount numeric(12,2) NOT NULL CHECK (amount > 0),
    paid_at timestamptz NOT NULL
);
COMMENT ON TABLE payments IS '付款,批发分两笔 / payments, wholesale pays twice';
COMMENT ON COLUMN payments.id IS '编号 / id';
COMMENT ON COLUMN payments.order_id IS '订单 / order';
COMMENT ON COLUMN payments.method IS '方式 / method: wechat=微信, alipay=支付宝, card=银行卡, cash=现金, transfer=转账';
COMMENT ON COLUMN payments.amount IS '金额(元) / amount, CNY';
COMMENT ON COLUMN payments.paid_at IS '付款时间 / paid at';

CREATE TABLE returns (
    id integer PRIMARY KEY,
    order_item_id integer NOT NULL REFERENCES order_items,
    quantity integer NOT NULL CHECK (quantity > 0),
    reason text NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 3),
    refund_amount numeric(12,2) CHECK (refund_amount > 0),
    returned_at timestamptz NOT NULL,
    refunded_at timestamptz
);
COMMENT ON TABLE returns IS '退货 / returns';
COMMENT ON COLUMN returns.id IS '编号 / id';
COMMENT ON COLUMN returns.order_item_id IS '订单明细 / order line';
COMMENT ON COLUMN returns.quantity IS '退货数量 / quantity returned';
COMMENT ON COLUMN returns.reason IS '原因 / reason: 质量问题 defect, 尺寸不符 wrong size, 发错货 wrong item, 运输破损 damaged, 不想要了 changed mind';
COMMENT ON COLUMN returns.status IS '状态 / status: 0=申请中 requested, 1=已同意 approved, 2=已退款 refunded, 3=已拒绝 rejected';
COMMENT ON COLUMN returns.refund_amount IS '退款额(元) / amount refunded';
COMMENT ON COLUMN returns.returned_at IS '退货时间 / returned at';
COMMENT ON COLUMN returns.refunded_at IS '退款时间 / refunded at';

CREATE TABLE stock_levels (
    warehouse_id smallint NOT NULL REFERENCES warehouses,
    product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity >= 0),
    safety_stock integer NOT NULL,
    PRIMARY KEY (warehouse_id, product_id)
);
COMMENT ON TABLE stock_levels IS '当前库存 / stock now';
COMMENT ON COLUMN stock_levels.warehouse_id IS '仓库 / warehouse';
COMMENT ON COLUMN stock_levels.product_id IS '商品 / product';
COMMENT ON COLUMN stock_levels.quantity IS '库存量 / units in stock';
COMMENT ON COLUMN stock_levels.safety_stock IS '安全库存 / safety stock';

CREATE TABLE stock_movements (
    id integer PRIMARY KEY,
    warehouse_id smallint NOT NULL REFERENCES warehouses,
    product_id integer NOT NULL REFERENCES products,
    order_id integer REFERENCES orders,
    kind text NOT NULL,
    quantity integer NOT NULL CHECK (quantity <> 0),
    moved_on date NOT NULL
);
COMMENT ON TABLE stock_movements IS '出入库流水 / stock movements';
COMMENT ON COLUMN stock_movements.id IS '编号 / id';
COMMENT ON COLUMN stock_movements.warehouse_id IS '仓库 / warehouse';
COMMENT ON COLUMN stock_movements.product_id IS '商品 / product';
COMMENT ON COLUMN stock_movements.order_id IS '销售或退货的订单 / order sold or returned';
COMMENT ON COLUMN stock_movements.kind IS '类型 / kind: purchase=采购, sale=销售, return=退货, adjust=盘点';
COMMENT ON COLUMN stock_movements.quantity IS '数量,入库正出库负 / units, in>0, out<0';
COMMENT ON COLUMN stock_movements.moved_on IS '日期 / day';

CREATE TABLE departments (
    id smallint PRIMARY KEY,
    parent_id smallint REFERENCES departments,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL
);
COMMENT ON TABLE departments IS '部门(树) / departments, a tree';
COMMENT ON COLUMN departments.id IS '编号 / id';
COMMENT ON COLUMN departments.parent_id IS '上级部门 / parent department';
COMMENT ON COLUMN departments.name IS '名称 / name';
COMMENT ON COLUMN departments.name_en IS '英文名 / English name';

CREATE TABLE positions (
    id smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    name_en text NOT NULL,
    grade smallint NOT NULL CHECK (grade BETWEEN 1 AND 9)
);
COMMENT ON TABLE positions IS '职位 / positions';
COMMENT ON COLUMN positions.id IS '编号 / id';
COMMENT ON COLUMN positions.name IS '名称 / name';
COMMENT ON COLUMN positions.name_en IS '英文名 / English name';
COMMENT ON COLUMN positions.grade IS '职级1-9 / grade';

CREATE TABLE employees (
    id integer PRIMARY KEY,
    name text NOT NULL,
    name_en text NOT NULL,
    gender text NOT NULL CHECK (gender IN ('F', 'M')),
    department_id smallint NOT NULL REFERENCES departments,
    position_id smallint NOT NULL REFERENCES positions,
    manager_id integer REFERENCES employees,
    store_id smallint REFERENCES stores,
    base_salary numeric(12,2) NOT NULL CHECK (base_salary > 0),
    hired_on date NOT NULL,
    left_on date CHECK (left_on > hired_on)
);
COMMENT ON TABLE employees IS '员工 / employees';
COMMENT ON COLUMN employees.id IS '编号 / id';
COMMENT ON COLUMN employees.name IS '姓名 / name';
COMMENT ON COLUMN employees.name_en IS '拼音名 / name in pinyin';
COMMENT ON COLUMN employees.gender IS '性别 / F=女 female, M=男 male';
COMMENT ON COLUMN employees.department_id IS '部门 / department';
COMMENT ON COLUMN employees.position_id IS '职位 / position';
COMMENT ON COLUMN employees.manager_id IS '上级员工 / manager';
COMMENT ON COLUMN employees.store_id IS '所在门店,空=总部 / store, NULL=office';
COMMENT ON COLUMN employees.base_salary IS '月基本工资(元) / monthly base salary';
COMMENT ON COLUMN employees.hired_on IS '入职日 / hire day';
COMMENT ON COLUMN employees.left_on IS '离职日,空=在职 / leaving day, NULL=employed';

CREATE TABLE payroll (
    employee_id integer NOT NULL REFERENCES employees,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    base_pay numeric(12,2) NOT NULL,
    bonus numeric(12,2) NOT NULL,
    deductions numeric(12,2) NOT NULL,
    net_pay numeric(12,2) NOT NULL CHECK (net_pay = base_pay + bonus - deductions),
    PRIMARY KEY (employee_id, month)
);
COMMENT ON TABLE payroll IS '工资单 / payroll';
COMMENT ON COLUMN payroll.employee_id IS '员工 / employee';
COMMENT ON COLUMN payroll.month IS '月份首日 / first of month';
COMMENT ON COLUMN payroll.base_pay IS '基本工资 / base pay';
COMMENT ON COLUMN payroll.bonus IS '奖金 / bonus';
COMMENT ON COLUMN payroll.deductions IS '扣款 / deductions';
COMMENT ON COLUMN payroll.net_pay IS '实发 / net pay';

CREATE TABLE leave_requests (
    id integer PRIMARY KEY,
    employee_id integer NOT NULL REFERENCES employees,
    kind text NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 2),
    starts_on date NOT NULL,
    days numeric(4,1) NOT NULL CHECK (days > 0)
);
COMMENT ON TABLE leave_requests IS '请假 / leave requests';
COMMENT ON COLUMN leave_requests.id IS '编号 / id';
COMMENT ON COLUMN leave_requests.employee_id IS '员工 / employee';
COMMENT ON COLUMN leave_requests.kind IS '类型 / kind: annual=年假, sick=病假, personal=事假, marriage=婚假';
COMMENT ON COLUMN leave_requests.status IS '状态 / status: 0=待审批 pending, 1=已批准 approved, 2=已驳回 rejected';
COMMENT ON COLUMN leave_requests.starts_on IS '开始日 / first day';
COMMENT ON COLUMN leave_requests.days IS '天数 / days';

CREATE TABLE budgets (
    department_id smallint NOT NULL REFERENCES departments,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    expense text NOT NULL,
    planned_amount numeric(12,2) NOT NULL,
    actual_amount numeric(12,2),
    PRIMARY KEY (department_id, month, expense)
);
COMMENT ON TABLE budgets IS '部门月度预算。预算执行率=实际额/预算额 / department budgets by month';
COMMENT ON COLUMN budgets.department_id IS '部门 / department';
COMMENT ON COLUMN budgets.month IS '月份首日 / first of month';
COMMENT ON COLUMN budgets.expense IS '费用 / expense: marketing=市场, office=办公, travel=差旅';
COMMENT ON COLUMN budgets.planned_amount IS '预算额(元) / planned, CNY';
COMMENT ON COLUMN budgets.actual_amount IS '实际额,空=未发生 / actual, NULL=not yet';

CREATE TABLE sales_targets (
    store_id smallint NOT NULL REFERENCES stores,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    target_amount numeric(12,2) NOT NULL,
    PRIMARY KEY (store_id, month)
);
COMMENT ON TABLE sales_targets IS '门店月度销售目标 / store sales targets by month';
COMMENT ON COLUMN sales_targets.store_id IS '门店 / store';
COMMENT ON COLUMN sales_targets.month IS '月份首日 / first of month';
COMMENT ON COLUMN sales_targets.target_amount IS '目标销售额(元) / target, CNY';

CREATE INDEX ON orders (ordered_at);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (store_id);
CREATE INDEX ON order_items (order_id);
CREATE INDEX ON order_items (product_id);
CREATE INDEX ON payments (order_id);
CREATE INDEX ON returns (order_item_id);
CREATE INDEX ON stock_movements (product_id, warehouse_id);
CREATE INDEX ON stock_movements (order_id);
