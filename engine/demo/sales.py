"""Orders with their lines, payments and returns, made day by day."""

from __future__ import annotations

from bisect import bisect
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import NamedTuple

from chat2sql.engine.demo.names import CITIES
from chat2sql.engine.demo.retail import Retail
from chat2sql.engine.demo.rows import Customer, Order, OrderItem, Payment, Product, Promotion, Return, Store
from chat2sql.engine.demo.timeline import LAST_DAY, chance, day_between, day_weight, days, moment, money

ORDERS = 13_000
PENDING, PAID, SHIPPED, DONE, CANCELLED, REFUNDED = range(6)
_RETURN_REQUESTED, _RETURN_APPROVED, RETURN_REFUNDED, _RETURN_REJECTED = range(4)
UNSELLABLE_REASONS = frozenset({"质量问题", "运输破损"})
_REASONS = (("质量问题", 30), ("尺寸不符", 25), ("发错货", 8), ("运输破损", 15), ("不想要了", 22))
_RETAIL_CHANNELS = (("offline", 46), ("online", 24), ("app", 30))
_METHODS = {
    "offline": (("wechat", 40), ("alipay", 30), ("card", 20), ("cash", 10)),
    "online": (("wechat", 42), ("alipay", 48), ("card", 10)),
    "app": (("wechat", 55), ("alipay", 40), ("card", 5)),
    "wholesale": (("transfer", 85), ("card", 15)),
}
_TIER_WEIGHTS = {"regular": 1, "silver": 2, "gold": 4, "platinum": 7}
_LAST_SALE_OF_RETIRED = date(2024, 9, 30)
_WHOLESALE_FACTOR = Decimal("0.85")
_WHOLESALE_PRICE_LIMIT = 200

Weighted = tuple[tuple[str, int], ...]


class Sales(NamedTuple):
    """The rows of the sales side, a list per table."""

    orders: list[Order]
    order_items: list[OrderItem]
    payments: list[Payment]
    returns: list[Return]


class _Ranked:
    """Things in the order in which they came into being, drawn by weight from those there already."""

    def __init__(self, born: list[date], weights: list[int]) -> None:
        self._born = born
        self._sums = list(accumulate(weights))

    def draw(self, rng: Random, day: date) -> int:
        """The index of one that was there on ``day``."""
        there = bisect(self._born, day)
        return bisect(self._sums, rng.randrange(self._sums[there - 1]), 0, there)


def _pick(rng: Random, options: Weighted) -> str:
    return rng.choices([option for option, _ in options], [weight for _, weight in options])[0]


def make_sales(retail: Retail) -> Sales:
    """Make all orders with what hangs on them."""
    return _Market(retail).trade()


class _Market:
    def __init__(self, retail: Retail) -> None:
        self._rng = chance("sales")
        self._retail = retail
        self._people = [c for c in retail.customers if c.gender is not None]
        self._companies = [c for c in retail.customers if c.gender is None]
        self._ranked_people = self._rank_customers(self._people)
        self._ranked_companies = self._rank_customers(self._companies)
        self._ranked_products = _Ranked(
            [p.launched_on for p in retail.products], self._long_tail(len(retail.products), flat=12)
        )
        self._city_weights = {city.name: city.weight for city in CITIES}
        self._sales = Sales([], [], [], [])

    def _long_tail(self, count: int, *, flat: int) -> list[int]:
        ranks = list(range(count))
        self._rng.shuffle(ranks)
        return [1_000_000 // (rank + flat) for rank in ranks]

    def _rank_customers(self, customers: list[Customer]) -> _Ranked:
        tail = self._long_tail(len(customers), flat=150)
        # One in eight registered and never ordered.
        weights = [
            weight * _TIER_WEIGHTS[customer.tier] if n == 0 or self._rng.randrange(8) else 0
            for n, (customer, weight) in enumerate(zip(customers, tail, strict=True))
        ]
        return _Ranked([c.registered_at.date() for c in customers], weights)

    def trade(self) -> Sales:
        calendar = days()
        drawn = self._rng.choices(calendar, [day_weight(day) for day in calendar], k=ORDERS)
        for ordered_at in sorted(moment(self._rng, day) for day in drawn):
            self._order(ordered_at)
        self._sales.payments.sort(key=lambda payment: payment.paid_at)
        self._sales.returns.sort(key=lambda returned: returned.returned_at)
        return self._sales._replace(
            payments=[p._replace(id=n) for n, p in enumerate(self._sales.payments, 1)],
            returns=[r._replace(id=n) for n, r in enumerate(self._sales.returns, 1)],
        )

    def _order(self, ordered_at: datetime) -> None:
        rng, day = self._rng, ordered_at.date()
        is_wholesale = rng.randrange(100) < 4
        if is_wholesale:
            customer = self._companies[self._ranked_companies.draw(rng, day)]
        else:
            customer = self._people[self._ranked_people.draw(rng, day)]
        promotion = self._promotion(day, is_wholesale)
        number = len(self._sales.orders) + 1
        items = self._items(number, day, is_wholesale, promotion)
        order = Order(
            id=number,
            customer_id=customer.id,
            store_id=self._store(customer, day).id,
            promotion_id=promotion.id if promotion else None,
            channel="wholesale" if is_wholesale else _pick(rng, _RETAIL_CHANNELS),
            status=self._status(day),
            ordered_at=ordered_at,
            total_amount=sum((item.amount for item in items), Decimal(0)),
        )
        self._sales.orders.append(order)
        self._sales.order_items.extend(items)
        if order.status not in {PENDING, CANCELLED}:
            self._pay(order)
        if order.status in {DONE, REFUNDED}:
            self._return(order, items)

    def _promotion(self, day: date, is_wholesale: bool) -> Promotion | None:
        running = [p for p in self._retail.promotions if p.starts_on <= day <= p.ends_on]
        if not running or is_wholesale or self._rng.randrange(100) >= 72:
            return None
        return running[0]

    def _store(self, customer: Customer, day: date) -> Store:
        is_open = [
            s
            for s in self._retail.stores
            if s.opened_on <= day and (s.closed_on is None or day <= s.closed_on)
        ]
        near = [store for store in is_open if store.city == customer.city]
        if near and self._rng.randrange(100) < 85:
            return self._rng.choice(near)
        return self._rng.choices(is_open, [self._city_weights[store.city] for store in is_open])[0]

    def _status(self, day: date) -> int:
        age = (LAST_DAY - day).days
        if age <= 3:
            weights = (15, 45, 30, 0, 10, 0)
        elif age <= 10:
            weights = (2, 5, 38, 49, 6, 0)
        else:
            weights = (0, 0, 0, 916, 70, 14)
        return self._rng.choices(range(6), weights)[0]

    def _items(
        self, order: int, day: date, is_wholesale: bool, promotion: Promotion | None
    ) -> list[OrderItem]:
        rng = self._rng
        factor = 1 - promotion.discount_rate if promotion else Decimal(1)
        if is_wholesale:
            factor = _WHOLESALE_FACTOR
        items: list[OrderItem] = []
        for product in self._basket(day, is_wholesale):
            quantity = rng.randrange(5, 25) if is_wholesale else rng.choices((1, 2, 3), (75, 19, 6))[0]
            price = money(product.list_price * factor)
            number = len(self._sales.order_items) + len(items) + 1
            items.append(OrderItem(number, order, product.id, quantity, price, quantity * price))
        return items

    def _basket(self, day: date, is_wholesale: bool) -> list[Product]:
        rng = self._rng
        lines = rng.randrange(2, 6) if is_wholesale else rng.choices((1, 2, 3, 4, 5), (36, 32, 18, 9, 5))[0]
        basket: dict[int, Product] = {}
        while len(basket) < lines:
            product = self._retail.products[self._ranked_products.draw(rng, day)]
            is_sold = product.is_active or day <= _LAST_SALE_OF_RETIRED
            if is_sold and not (is_wholesale and product.list_price > _WHOLESALE_PRICE_LIMIT):
                basket[product.id] = product
        return list(basket.values())

    def _pay(self, order: Order) -> None:
        rng = self._rng
        method = _pick(rng, _METHODS[order.channel])
        paid_at = order.ordered_at + timedelta(minutes=rng.randrange(30), seconds=rng.randrange(60))
        if order.channel != "wholesale":
            self._sales.payments.append(Payment(0, order.id, method, order.total_amount, paid_at))
            return
        deposit = money(order.total_amount * 3 / 10)
        balance_at = min(paid_at + timedelta(days=rng.randrange(5, 21)), paid_at.replace(*_ymd(LAST_DAY)))
        self._sales.payments.append(Payment(0, order.id, method, deposit, paid_at))
        self._sales.payments.append(Payment(0, order.id, method, order.total_amount - deposit, balance_at))

    def _return(self, order: Order, items: list[OrderItem]) -> None:
        for item in items:
            if order.status == REFUNDED:
                self._sales.returns.append(self._returned(order, item, item.quantity, RETURN_REFUNDED))
            elif self._rng.randrange(1000) < 17 and (LAST_DAY - order.ordered_at.date()).days > 14:
                quantity = self._rng.randrange(item.quantity) + 1
                self._sales.returns.append(self._returned(order, item, quantity, None))

    def _returned(self, order: Order, item: OrderItem, quantity: int, status: int | None) -> Return:
        rng, day = self._rng, order.ordered_at.date()
        returned_on = day_between(rng, day + timedelta(days=1), min(day + timedelta(days=10), LAST_DAY))
        if status is None and (LAST_DAY - returned_on).days < 7:
            status = rng.choice((_RETURN_REQUESTED, _RETURN_REQUESTED, _RETURN_APPROVED))
        elif status is None:
            status = RETURN_REFUNDED if rng.randrange(100) < 92 else _RETURN_REJECTED
        is_refunded = status == RETURN_REFUNDED
        refunded_on = min(returned_on + timedelta(days=rng.randrange(1, 6)), LAST_DAY)
        returned_at = moment(rng, returned_on)
        return Return(
            id=0,
            order_item_id=item.id,
            quantity=quantity,
            reason=_pick(rng, _REASONS),
            status=status,
            refund_amount=quantity * item.unit_price if is_refunded else None,
            returned_at=returned_at,
            refunded_at=max(moment(rng, refunded_on), returned_at) if is_refunded else None,
        )


def _ymd(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day
