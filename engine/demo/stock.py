"""Warehouses at work: every delivery and return moves stock, and what is left is the stock level."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from chat2sql.engine.demo.names import WAREHOUSES
from chat2sql.engine.demo.retail import Retail
from chat2sql.engine.demo.rows import Product, StockLevel, StockMovement
from chat2sql.engine.demo.sales import DONE, REFUNDED, RETURN_REFUNDED, SHIPPED, UNSELLABLE_REASONS, Sales
from chat2sql.engine.demo.timeline import FIRST_DAY, LAST_DAY, chance

_STOCKTAKINGS = (date(2023, 12, 31), date(2024, 12, 31))
_CHEAP = 150


class Stock(NamedTuple):
    """The rows of the warehouses, a list per table."""

    stock_levels: list[StockLevel]
    stock_movements: list[StockMovement]


class _Wish(NamedTuple):
    """A movement that is wanted, before it is known what else that takes."""

    day: date
    warehouse: int
    product: int
    kind: str
    quantity: int
    order: int | None


def make_stock(retail: Retail, sales: Sales) -> Stock:
    """Make the movements that the sales need, and the levels that they lead to."""
    rng = chance("stock")
    safety = {
        (warehouse.id, product.id): _safety_stock(rng, product)
        for warehouse in retail.warehouses
        for product in retail.products
    }
    ledger = _Ledger(rng, safety)
    wishes = _opening(rng, retail, safety) + _deliveries(rng, retail, sales) + _stocktaking(rng, retail)
    for wish in sorted(wishes, key=lambda wish: wish.day):
        ledger.book(wish)
    levels = [
        StockLevel(warehouse, product, ledger.on_hand[warehouse, product], minimum)
        for (warehouse, product), minimum in safety.items()
    ]
    return Stock(levels, ledger.movements)


def _safety_stock(rng: Random, product: Product) -> int:
    return rng.choice((10, 15, 20, 30) if product.list_price < _CHEAP else (4, 5, 8, 10))


class _Ledger:
    def __init__(self, rng: Random, safety: dict[tuple[int, int], int]) -> None:
        self._rng = rng
        self._safety = safety
        self.on_hand = dict.fromkeys(safety, 0)
        self.movements: list[StockMovement] = []

    def book(self, wish: _Wish) -> None:
        """Book a movement; goods are bought before they run out, and mostly when they run low."""
        place = (wish.warehouse, wish.product)
        left = self.on_hand[place] + wish.quantity
        if left < 0 and wish.kind == "adjust":
            return
        if left < 0:
            self._buy(wish, self._safety[place] - left)
        self._add(wish)
        if wish.kind == "sale" and self.on_hand[place] < self._safety[place] and self._rng.randrange(3):
            self._buy(wish, self._safety[place])

    def _buy(self, wish: _Wish, quantity: int) -> None:
        rounded = -(-quantity * self._rng.choice((2, 3, 4)) // 5) * 5
        self._add(wish._replace(kind="purchase", quantity=rounded, order=None))

    def _add(self, wish: _Wish) -> None:
        self.on_hand[wish.warehouse, wish.product] += wish.quantity
        self.movements.append(
            StockMovement(
                id=len(self.movements) + 1,
                warehouse_id=wish.warehouse,
                product_id=wish.product,
                order_id=wish.order,
                kind=wish.kind,
                quantity=wish.quantity,
                moved_on=wish.day,
            )
        )


def _opening(rng: Random, retail: Retail, safety: dict[tuple[int, int], int]) -> list[_Wish]:
    launched = {product.id: product.launched_on for product in retail.products}
    return [
        _Wish(
            max(FIRST_DAY, launched[product]),
            warehouse,
            product,
            "purchase",
            minimum * rng.randrange(1, 4),
            None,
        )
        for (warehouse, product), minimum in safety.items()
    ]


def _deliveries(rng: Random, retail: Retail, sales: Sales) -> list[_Wish]:
    region_names = {region.id: region.name for region in retail.regions}
    serving = {region: n for n, warehouse in enumerate(WAREHOUSES, 1) for region in warehouse[4]}
    warehouse_of = {store.id: serving[region_names[store.region_id]] for store in retail.stores}
    orders = {order.id: order for order in sales.orders}
    items = {item.id: item for item in sales.order_items}
    wishes: list[_Wish] = []
    for item in sales.order_items:
        order = orders[item.order_id]
        if order.status in {SHIPPED, DONE, REFUNDED}:
            # Shipped at once or the next day: a return comes the next day at the earliest.
            day = min(order.ordered_at.date() + timedelta(days=rng.randrange(2)), LAST_DAY)
            place = warehouse_of[order.store_id]
            wishes.append(_Wish(day, place, item.product_id, "sale", -item.quantity, order.id))
    for returned in sales.returns:
        if returned.status == RETURN_REFUNDED and returned.reason not in UNSELLABLE_REASONS:
            item = items[returned.order_item_id]
            place = warehouse_of[orders[item.order_id].store_id]
            day = returned.returned_at.date()
            wishes.append(_Wish(day, place, item.product_id, "return", returned.quantity, item.order_id))
    return wishes


def _stocktaking(rng: Random, retail: Retail) -> list[_Wish]:
    return [
        _Wish(day, warehouse.id, product.id, "adjust", rng.choice((-3, -2, -1, -1, 1, 2)), None)
        for day in _STOCKTAKINGS
        for warehouse in retail.warehouses
        for product in retail.products
        if product.launched_on < day and rng.randrange(100) < 6
    ]
