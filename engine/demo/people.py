"""The company's people: departments, employees, their pay and leave, and what departments may spend."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from chat2sql.engine.demo import names
from chat2sql.engine.demo.rows import (
    Budget,
    Department,
    Employee,
    LeaveRequest,
    Payslip,
    Position,
    SalesTarget,
    Store,
)
from chat2sql.engine.demo.timeline import (
    FIRST_DAY,
    LAST_DAY,
    PLANNED_UNTIL,
    chance,
    day_between,
    money,
    month_weight,
    months,
)

_POSITIONS = (
    ("总经理", "General Manager", 9),
    ("总监", "Director", 8),
    ("部门经理", "Department Manager", 7),
    ("店长", "Store Manager", 6),
    ("工程师", "Engineer", 6),
    ("会计", "Accountant", 5),
    ("采购专员", "Buyer", 4),
    ("市场专员", "Marketing Specialist", 4),
    ("人事专员", "HR Specialist", 4),
    ("销售代表", "Sales Representative", 4),
    ("客服专员", "Service Agent", 3),
    ("导购员", "Shop Assistant", 2),
    ("收银员", "Cashier", 2),
    ("仓库管理员", "Warehouse Keeper", 3),
)
_GRADE_SALARIES = {2: 5200, 3: 6000, 4: 8500, 5: 10500, 6: 14000, 7: 21000, 8: 34000, 9: 60000}


class _Unit(NamedTuple):
    """A department to be set up: its parent's name, its head's position, its staff's, and how many."""

    parent: str | None
    name: str
    name_en: str
    head: str
    staff: str | None
    size: int
    spending: int


_UNITS = (
    _Unit(None, "总公司", "Head Office", "总经理", None, 0, 60),
    _Unit("总公司", "销售中心", "Sales Center", "总监", "销售代表", 4, 50),
    *(
        _Unit("销售中心", f"{name}销售部", f"{name_en} Sales", "部门经理", "销售代表", 4, 40)
        for name, name_en in names.REGIONS
    ),
    _Unit("总公司", "市场部", "Marketing", "部门经理", "市场专员", 9, 120),
    _Unit("总公司", "供应链中心", "Supply Chain", "总监", None, 0, 30),
    _Unit("供应链中心", "采购部", "Purchasing", "部门经理", "采购专员", 8, 25),
    _Unit("供应链中心", "仓储物流部", "Logistics", "部门经理", "仓库管理员", 22, 35),
    _Unit("总公司", "财务部", "Finance", "部门经理", "会计", 9, 20),
    _Unit("总公司", "人力资源部", "Human Resources", "部门经理", "人事专员", 6, 30),
    _Unit("总公司", "信息技术部", "IT", "总监", None, 0, 30),
    _Unit("信息技术部", "研发组", "Development", "部门经理", "工程师", 12, 25),
    _Unit("信息技术部", "运维组", "IT Operations", "部门经理", "工程师", 5, 20),
    _Unit("总公司", "客服部", "Customer Service", "部门经理", "客服专员", 14, 15),
)
_STORE_STAFF = ("店长", "导购员", "导购员", "导购员", "收银员", "收银员")
_EXPENSES = (("marketing", 5), ("office", 2), ("travel", 3))
_LEAVE_KINDS = (("annual", 50), ("sick", 25), ("personal", 20), ("marriage", 5))
_PENDING, _APPROVED, _REJECTED = range(3)
_RAISES = {2023: Decimal("0.90"), 2024: Decimal("0.95"), 2025: Decimal(1)}
_TARGET_PER_WEIGHT = Decimal("0.40")


class People(NamedTuple):
    """The rows of the people's side, a list per table."""

    departments: list[Department]
    positions: list[Position]
    employees: list[Employee]
    payroll: list[Payslip]
    leave_requests: list[LeaveRequest]
    budgets: list[Budget]
    sales_targets: list[SalesTarget]


def make_people(stores: tuple[Store, ...]) -> People:
    """Make the staff of the offices and of the stores, with their pay, leave, budgets and targets."""
    numbers = {unit.name: n for n, unit in enumerate(_UNITS, 1)}
    departments = [
        Department(numbers[u.name], numbers[u.parent] if u.parent else None, u.name, u.name_en)
        for u in _UNITS
    ]
    positions = [Position(n, *position) for n, position in enumerate(_POSITIONS, 1)]
    employees = _Staffing(numbers, positions).hire(stores)
    return People(
        departments=departments,
        positions=positions,
        employees=employees,
        payroll=_payroll(employees),
        leave_requests=_leave(employees),
        budgets=_budgets(),
        sales_targets=_targets(stores),
    )


class _Staffing:
    def __init__(self, departments: dict[str, int], positions: list[Position]) -> None:
        self._rng = chance("people")
        self._departments = departments
        self._positions = {position.name: position for position in positions}
        self._employees: list[Employee] = []
        self._heads: dict[str, int] = {}

    def hire(self, stores: tuple[Store, ...]) -> list[Employee]:
        for unit in _UNITS:
            above = self._heads[unit.parent] if unit.parent else None
            self._heads[unit.name] = self._hire(unit.head, unit.name, above, None, stays=True)
            for _ in range(unit.size):
                self._hire(str(unit.staff), unit.name, self._heads[unit.name], None)
        for store in stores:
            unit_name = _UNITS[1 + store.region_id].name
            manager = self._heads[unit_name]
            for n, position in enumerate(_STORE_STAFF):
                hired = self._hire(position, unit_name, manager, store, stays=n == 0)
                manager = hired if n == 0 else manager
        return self._employees

    def _hire(
        self, position: str, department: str, manager: int | None, store: Store | None, *, stays: bool = False
    ) -> int:
        rng = self._rng
        first = max(date(2018, 1, 1), store.opened_on - timedelta(days=20)) if store else date(2017, 1, 1)
        hired_on = day_between(
            rng, first, first + timedelta(days=60) if store and stays else date(2025, 4, 30)
        )
        hired_on = min(hired_on, date(2022, 12, 1)) if stays and store is None else hired_on
        left_on = store.closed_on if store else None
        if left_on is not None and hired_on >= left_on:
            hired_on = max(first, left_on - timedelta(days=300))
        if not stays and left_on is None and rng.randrange(100) < 17:
            leaving = max(hired_on + timedelta(days=90), FIRST_DAY)
            left_on = day_between(rng, leaving, LAST_DAY) if leaving < LAST_DAY else None
        gender = rng.choice("FM")
        name, name_en = names.person(rng, gender)
        held = self._positions[position]
        self._employees.append(
            Employee(
                id=len(self._employees) + 1,
                name=name,
                name_en=name_en,
                gender=gender,
                department_id=self._departments[department],
                position_id=held.id,
                manager_id=manager,
                store_id=store.id if store else None,
                base_salary=Decimal(_GRADE_SALARIES[held.grade] + 100 * rng.randrange(0, 2 + 3 * held.grade)),
                hired_on=hired_on,
                left_on=left_on,
            )
        )
        return len(self._employees)


def _month_end(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _payroll(employees: list[Employee]) -> list[Payslip]:
    rng = chance("payroll")
    return [
        _payslip(rng, employee, month)
        for month in months(LAST_DAY)
        for employee in employees
        if employee.hired_on <= _month_end(month) and (employee.left_on is None or employee.left_on >= month)
    ]


def _payslip(rng: Random, employee: Employee, month: date) -> Payslip:
    base = money(employee.base_salary * _RAISES[month.year])
    bonus = money(base * rng.choice((0, 0, 5, 8, 10, 15)) / 100)
    if month.month == 1 and employee.hired_on.year < month.year:
        bonus += money(base * rng.choice((50, 100, 100, 150, 200)) / 100)
    deductions = money(base * 175 / 1000 + bonus * 5 / 100)
    return Payslip(employee.id, month, base, bonus, deductions, base + bonus - deductions)


def _leave(employees: list[Employee]) -> list[LeaveRequest]:
    rng = chance("leave")
    requests: list[LeaveRequest] = []
    for employee in employees:
        first = max(employee.hired_on, FIRST_DAY)
        last = min(employee.left_on or LAST_DAY, LAST_DAY)
        for _ in range(rng.randrange(2 + (last - first).days // 120)):
            starts_on = day_between(rng, first, last)
            kind = rng.choices([kind for kind, _ in _LEAVE_KINDS], [share for _, share in _LEAVE_KINDS])[0]
            is_recent = (LAST_DAY - starts_on).days < 10
            status = _PENDING if is_recent else _APPROVED if rng.randrange(100) < 93 else _REJECTED
            days = Decimal(rng.choice((5, 10, 10, 20, 30, 50))) / 10
            requests.append(
                LeaveRequest(0, employee.id, kind, status, starts_on, days.quantize(Decimal("0.1")))
            )
    requests.sort(key=lambda request: (request.starts_on, request.employee_id))
    return [request._replace(id=n) for n, request in enumerate(requests, 1)]


def _budgets() -> list[Budget]:
    rng = chance("budgets")
    budgets: list[Budget] = []
    for month in months(PLANNED_UNTIL):
        for number, unit in enumerate(_UNITS, 1):
            for expense, share in _EXPENSES:
                planned = Decimal(unit.spending * share * 100 * month_weight(month) // 10_000 // 5 * 5)
                actual = money(planned * rng.randrange(700, 1180) / 1000) if month <= LAST_DAY else None
                budgets.append(Budget(number, month, expense, money(planned), actual))
    return budgets


def _targets(stores: tuple[Store, ...]) -> list[SalesTarget]:
    rng = chance("targets")
    weights = {city.name: Decimal(city.weight) / len(city.districts) for city in names.CITIES}
    return [
        SalesTarget(store.id, month, money(amount // 1000 * 1000))
        for month in months(PLANNED_UNTIL)
        for store in stores
        if store.opened_on <= month and (store.closed_on is None or month <= store.closed_on)
        for amount in [
            weights[store.city] * month_weight(month) * _TARGET_PER_WEIGHT * rng.randrange(85, 120) / 100
        ]
    ]
