"""One row type per table of the demo company; the fields are the table's columns, in order.

Identifiers count from 1. Money is in yuan with two decimals, times are Asia/Shanghai.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


class Region(NamedTuple):
    """A row of ``regions``."""

    id: int
    name: str
    name_en: str


class Store(NamedTuple):
    """A row of ``stores``."""

    id: int
    region_id: int
    name: str
    name_en: str
    city: str
    city_en: str
    area_sqm: int
    opened_on: date
    closed_on: date | None


class Warehouse(NamedTuple):
    """A row of ``warehouses``."""

    id: int
    region_id: int
    name: str
    name_en: str
    capacity: int


class Category(NamedTuple):
    """A row of ``categories``."""

    id: int
    parent_id: int | None
    name: str
    name_en: str


class Supplier(NamedTuple):
    """A row of ``suppliers``."""

    id: int
    name: str
    name_en: str
    city: str
    rating: int | None


class Product(NamedTuple):
    """A row of ``products``."""

    id: int
    category_id: int
    supplier_id: int
    name: str
    name_en: str
    list_price: Decimal
    unit_cost: Decimal
    launched_on: date
    is_active: bool
    tags: tuple[str, ...]
    attributes: str | None


class Customer(NamedTuple):
    """A row of ``customers``."""

    id: int
    name: str
    name_en: str
    gender: str | None
    tier: str
    city: str
    phone: str | None
    birth_date: date | None
    registered_at: datetime


class Promotion(NamedTuple):
    """A row of ``promotions``."""

    id: int
    name: str
    name_en: str
    discount_rate: Decimal
    starts_on: date
    ends_on: date


class Order(NamedTuple):
    """A row of ``orders``."""

    id: int
    customer_id: int
    store_id: int
    promotion_id: int | None
    channel: str
    status: int
    ordered_at: datetime
    total_amount: Decimal


class OrderItem(NamedTuple):
    """A row of ``order_items``."""

    id: int
    order_id: int
    product_id: int
    quantity: int
    unit_price: Decimal
    amount: Decimal


class Payment(NamedTuple):
    """A row of ``payments``."""

    id: int
    order_id: int
    method: str
    amount: Decimal
    paid_at: datetime


class Return(NamedTuple):
    """A row of ``returns``."""

    id: int
    order_item_id: int
    quantity: int
    reason: str
    status: int
    refund_amount: Decimal | None
    returned_at: datetime
    refunded_at: datetime | None


class StockLevel(NamedTuple):
    """A row of ``stock_levels``."""

    warehouse_id: int
    product_id: int
    quantity: int
    safety_stock: int


class StockMovement(NamedTuple):
    """A row of ``stock_movements``."""

    id: int
    warehouse_id: int
    product_id: int
    order_id: int | None
    kind: str
    quantity: int
    moved_on: date


class Department(NamedTuple):
    """A row of ``departments``."""

    id: int
    parent_id: int | None
    name: str
    name_en: str


class Position(NamedTuple):
    """A row of ``positions``."""

    id: int
    name: str
    name_en: str
    grade: int


class Employee(NamedTuple):
    """A row of ``employees``."""

    id: int
    name: str
    name_en: str
    gender: str
    department_id: int
    position_id: int
    manager_id: int | None
    store_id: int | None
    base_salary: Decimal
    hired_on: date
    left_on: date | None


class Payslip(NamedTuple):
    """A row of ``payroll``."""

    employee_id: int
    month: date
    base_pay: Decimal
    bonus: Decimal
    deductions: Decimal
    net_pay: Decimal


class LeaveRequest(NamedTuple):
    """A row of ``leave_requests``."""

    id: int
    employee_id: int
    kind: str
    status: int
    starts_on: date
    days: Decimal


class Budget(NamedTuple):
    """A row of ``budgets``."""

    department_id: int
    month: date
    expense: str
    planned_amount: Decimal
    actual_amount: Decimal | None


class SalesTarget(NamedTuple):
    """A row of ``sales_targets``."""

    store_id: int
    month: date
    target_amount: Decimal


Row = (
    Region
    | Store
    | Warehouse
    | Category
    | Supplier
    | Product
    | Customer
    | Promotion
    | Order
    | OrderItem
    | Payment
    | Return
    | StockLevel
    | StockMovement
    | Department
    | Position
    | Employee
    | Payslip
    | LeaveRequest
    | Budget
    | SalesTarget
)
Value = bool | int | str | Decimal | date | datetime | tuple[str, ...] | None
"""What a field of a row can hold."""
