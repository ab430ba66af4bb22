"""What the company sells, where, to whom: the master data of its retail side."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from chat2sql.engine.demo import names
from chat2sql.engine.demo.rows import (
    Category,
    Customer,
    Product,
    Promotion,
    Region,
    Store,
    Supplier,
    Warehouse,
)
from chat2sql.engine.demo.timeline import FIRST_DAY, LAST_DAY, chance, day_between, moment, money

CUSTOMERS = 3200
_TIERS = (("regular", 62), ("silver", 24), ("gold", 10), ("platinum", 4))
_CLOSED_STORES = {"北京通州店": date(2024, 3, 31), "杭州滨江店": date(2025, 2, 28)}


class Retail(NamedTuple):
    """The master data of the retail side, a tuple of rows per table."""

    regions: tuple[Region, ...]
    stores: tuple[Store, ...]
    warehouses: tuple[Warehouse, ...]
    categories: tuple[Category, ...]
    suppliers: tuple[Supplier, ...]
    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    promotions: tuple[Promotion, ...]


def make_retail() -> Retail:
    """Make the master data."""
    regions = tuple(Region(n, name, name_en) for n, (name, name_en) in enumerate(names.REGIONS, 1))
    region_ids = {region.name: region.id for region in regions}
    categories = _categories()
    suppliers = _suppliers()
    return Retail(
        regions=regions,
        stores=_stores(region_ids),
        warehouses=tuple(
            Warehouse(n, region_ids[region], name, name_en, capacity)
            for n, (region, name, name_en, capacity, _) in enumerate(names.WAREHOUSES, 1)
        ),
        categories=categories,
        suppliers=suppliers,
        products=_products(categories, len(suppliers)),
        customers=_customers(),
        promotions=_promotions(),
    )


def _stores(region_ids: dict[str, int]) -> tuple[Store, ...]:
    rng = chance("stores")
    stores: list[Store] = []
    for city in names.CITIES:
        for n, (district, district_en) in enumerate(city.districts):
            name = f"{city.name}{district}店"
            # The first store of a city has always been there; the others opened while data was kept.
            opened = day_between(rng, date(2016, 3, 1), date(2022, 10, 31))
            if n:
                opened = day_between(rng, date(2022, 6, 1), date(2024, 6, 30))
            stores.append(
                Store(
                    id=len(stores) + 1,
                    region_id=region_ids[city.region],
                    name=name,
                    name_en=f"{city.name_en} {district_en} Store",
                    city=city.name,
                    city_en=city.name_en,
                    area_sqm=rng.randrange(30, 120) * 10,
                    opened_on=min(opened, date(2023, 1, 1)) if name in _CLOSED_STORES else opened,
                    closed_on=_CLOSED_STORES.get(name),
                )
            )
    return tuple(stores)


def _categories() -> tuple[Category, ...]:
    tops = [Category(n, None, name, name_en) for n, (name, name_en) in enumerate(names.CATEGORIES, 1)]
    seconds = [(top.id, pair) for top in tops for pair in names.CATEGORIES[top.name, top.name_en]]
    return tuple(tops) + tuple(
        Category(len(tops) + n, parent, name, name_en)
        for n, (parent, (name, name_en)) in enumerate(seconds, 1)
    )


def _suppliers() -> tuple[Supplier, ...]:
    rng = chance("suppliers")
    suppliers: list[Supplier] = []
    kinds = (("贸易", "Trading"), ("实业", "Industrial"), ("供应链", "Supply Chain"))
    for kind, kind_en in kinds:
        for word, word_en in names.COMPANY_WORDS:
            city = rng.choice(names.CITIES)
            suppliers.append(
                Supplier(
                    id=len(suppliers) + 1,
                    name=f"{city.name}{word}{kind}公司",
                    name_en=f"{city.name_en} {word_en} {kind_en} Co.",
                    city=city.name,
                    rating=rng.choice((None, 2, 3, 3, 4, 4, 4, 5)),
                )
            )
    return tuple(suppliers)


def _products(categories: tuple[Category, ...], suppliers: int) -> tuple[Product, ...]:
    rng = chance("products")
    kinds = [
        (next(c.id for c in categories if c.name == second), goods)
        for seconds in names.CATEGORIES.values()
        for (second, _), offered in seconds.items()
        for goods in offered
    ]
    offers = [
        (_launch_day(rng), category, goods, brand, edition)
        for category, goods in kinds
        for brand in rng.sample(names.BRANDS, 3)
        for edition in rng.sample(names.EDITIONS, 2)
    ]
    offers.sort(key=lambda offer: offer[0])
    return tuple(
        _product(rng, launched, goods)._replace(
            id=n,
            category_id=category,
            supplier_id=rng.randrange(suppliers) + 1,
            name=f"{brand[0]}{goods.name}{edition[0]}",
            name_en=f"{brand[1]} {goods.name_en} {edition[1]}",
        )
        for n, (launched, category, goods, brand, edition) in enumerate(offers, 1)
    )


def _launch_day(rng: Random) -> date:
    """Three in four products are older than the data."""
    if rng.randrange(4):
        return day_between(rng, date(2019, 1, 1), date(2022, 12, 31))
    return day_between(rng, FIRST_DAY, date(2025, 4, 30))


def _product(rng: Random, launched: date, goods: names.Goods) -> Product:
    """A product of that kind that has its price but no name and no keys yet."""
    price = Decimal(rng.randrange(goods.low, goods.high + 1))
    # Prices end in 9 above a hundred and in .90 below, as shop prices do; equal prices are common.
    price = price // 10 * 10 + 9 if price > 100 else price - 1 + Decimal("0.90")
    attributes: dict[str, str | int] = {
        "color": rng.choice(names.COLORS),
        "origin": rng.choice(names.ORIGINS),
    }
    if price > 200:
        attributes["warranty_months"] = rng.choice((6, 12, 12, 24, 36))
    return Product(
        id=0,
        category_id=0,
        supplier_id=0,
        name="",
        name_en="",
        list_price=money(price),
        unit_cost=money(price * rng.randrange(48, 76) / 100),
        launched_on=launched,
        is_active=rng.randrange(100) >= 9,
        tags=tuple(sorted(rng.sample(names.TAGS, rng.choice((0, 1, 1, 1, 2, 2, 3))))),
        attributes=json.dumps(attributes, ensure_ascii=False) if rng.randrange(100) >= 8 else None,
    )


def _customers() -> tuple[Customer, ...]:
    rng = chance("customers")
    registered = sorted(
        moment(rng, day_between(rng, FIRST_DAY - timedelta(days=400), LAST_DAY)) for _ in range(CUSTOMERS)
    )
    weights = [city.weight for city in names.CITIES]
    customers: list[Customer] = []
    for number, registered_at in enumerate(registered, 1):
        city = rng.choices(names.CITIES, weights)[0]
        is_company = rng.randrange(100) < 4
        gender = None if is_company else rng.choice("FM")
        name, name_en = _company(rng, city) if gender is None else names.person(rng, gender)
        known_birthday = gender is not None and rng.randrange(100) < 78
        customers.append(
            Customer(
                id=number,
                name=name,
                name_en=name_en,
                gender=gender,
                tier=rng.choices([tier for tier, _ in _TIERS], [share for _, share in _TIERS])[0],
                city=city.name,
                phone=f"19900{rng.randrange(10**6):06d}" if rng.randrange(100) < 90 else None,
                birth_date=day_between(rng, date(1955, 1, 1), date(2006, 12, 31)) if known_birthday else None,
                registered_at=registered_at,
            )
        )
    return tuple(customers)


def _company(rng: Random, city: names.City) -> tuple[str, str]:
    word, word_en = rng.choice(names.COMPANY_WORDS)
    kind, kind_en = rng.choice((("商贸行", "Wholesale"), ("超市", "Supermarket"), ("百货", "Store")))
    return f"{city.name}{word}{kind}", f"{city.name_en} {word_en} {kind_en}"


def _promotions() -> tuple[Promotion, ...]:
    held = [
        Promotion(
            0, f"{year}{name}", f"{year} {name_en}", Decimal(rate), date(year, *first), date(year, *last)
        )
        for year in range(FIRST_DAY.year, LAST_DAY.year + 1)
        for name, name_en, rate, first, last in names.PROMOTIONS
        if date(year, *last) <= LAST_DAY
    ]
    return tuple(promotion._replace(id=n) for n, promotion in enumerate(held, 1))
