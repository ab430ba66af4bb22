"""The words that the demo company is made of: places, goods, people. People and brands are invented."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

REGIONS = (
    ("华北", "North China"),
    ("华东", "East China"),
    ("华南", "South China"),
    ("华中", "Central China"),
    ("西南", "Southwest China"),
    ("西北", "Northwest China"),
    ("东北", "Northeast China"),
)


class City(NamedTuple):
    """A city with stores: its region's name, its share of sales, and the districts that have a store."""

    region: str
    name: str
    name_en: str
    weight: int
    districts: tuple[tuple[str, str], ...]


CITIES = (
    City("华北", "北京", "Beijing", 16, (("朝阳", "Chaoyang"), ("海淀", "Haidian"), ("通州", "Tongzhou"))),
    City("华北", "天津", "Tianjin", 7, (("和平", "Heping"),)),
    City("华东", "上海", "Shanghai", 18, (("浦东", "Pudong"), ("静安", "Jing'an"), ("闵行", "Minhang"))),
    City("华东", "杭州", "Hangzhou", 10, (("西湖", "Xihu"), ("滨江", "Binjiang"))),
    City("华东", "南京", "Nanjing", 8, (("鼓楼", "Gulou"),)),
    City("华东", "苏州", "Suzhou", 8, (("姑苏", "Gusu"),)),
    City("华南", "广州", "Guangzhou", 13, (("天河", "Tianhe"), ("越秀", "Yuexiu"))),
    City("华南", "深圳", "Shenzhen", 14, (("南山", "Nanshan"), ("福田", "Futian"))),
    City("华中", "武汉", "Wuhan", 8, (("武昌", "Wuchang"),)),
    City("华中", "长沙", "Changsha", 6, (("岳麓", "Yuelu"),)),
    City("华中", "郑州", "Zhengzhou", 5, (("金水", "Jinshui"),)),
    City("西南", "成都", "Chengdu", 11, (("锦江", "Jinjiang"), ("高新", "Gaoxin"))),
    City("西南", "重庆", "Chongqing", 9, (("渝中", "Yuzhong"),)),
    City("西北", "西安", "Xi'an", 7, (("雁塔", "Yanta"),)),
    City("西北", "兰州", "Lanzhou", 3, (("城关", "Chengguan"),)),
    City("东北", "沈阳", "Shenyang", 5, (("沈河", "Shenhe"),)),
    City("东北", "大连", "Dalian", 4, (("中山", "Zhongshan"),)),
)

WAREHOUSES = (
    ("华北", "北京仓", "Beijing Warehouse", 120_000, ("华北", "东北")),
    ("华东", "上海仓", "Shanghai Warehouse", 180_000, ("华东",)),
    ("华南", "广州仓", "Guangzhou Warehouse", 150_000, ("华南",)),
    ("华中", "武汉仓", "Wuhan Warehouse", 90_000, ("华中",)),
    ("西南", "成都仓", "Chengdu Warehouse", 110_000, ("西南", "西北")),
)
"""Region, name, English name, capacity, and the regions that it delivers to."""


class Goods(NamedTuple):
    """A kind of product: its names, and its list price in yuan, from and to."""

    name: str
    name_en: str
    low: int
    high: int


CATEGORIES: dict[tuple[str, str], dict[tuple[str, str], tuple[Goods, ...]]] = {
    ("食品饮料", "Food & Drinks"): {
        ("休闲零食", "Snacks"): (
            Goods("坚果礼盒", "Nut Gift Box", 60, 160),
            Goods("薯片", "Potato Chips", 8, 20),
            Goods("饼干", "Biscuits", 10, 40),
        ),
        ("茶与咖啡", "Tea & Coffee"): (
            Goods("龙井茶", "Longjing Tea", 90, 380),
            Goods("速溶咖啡", "Instant Coffee", 30, 90),
            Goods("普洱茶", "Pu'er Tea", 80, 300),
        ),
        ("粮油调味", "Grain & Oil"): (
            Goods("大米", "Rice", 40, 100),
            Goods("花生油", "Peanut Oil", 80, 160),
            Goods("酱油", "Soy Sauce", 10, 30),
        ),
    },
    ("家用电器", "Home Appliances"): {
        ("厨房电器", "Kitchen Appliances"): (
            Goods("电饭煲", "Rice Cooker", 200, 900),
            Goods("空气炸锅", "Air Fryer", 200, 600),
            Goods("电热水壶", "Electric Kettle", 60, 250),
        ),
        ("生活电器", "Household Appliances"): (
            Goods("吸尘器", "Vacuum Cleaner", 400, 1800),
            Goods("加湿器", "Humidifier", 100, 400),
            Goods("电风扇", "Electric Fan", 100, 350),
        ),
        ("大家电", "Major Appliances"): (
            Goods("空调", "Air Conditioner", 1900, 4200),
            Goods("洗衣机", "Washing Machine", 1500, 3600),
        ),
    },
    ("数码产品", "Electronics"): {
        ("手机", "Phones"): (
            Goods("智能手机", "Smartphone", 1500, 5200),
            Goods("老人手机", "Senior Phone", 200, 500),
        ),
        ("电脑", "Computers"): (
            Goods("笔记本电脑", "Laptop", 3500, 7800),
            Goods("平板电脑", "Tablet", 1300, 3600),
        ),
        ("影音设备", "Audio"): (
            Goods("蓝牙耳机", "Bluetooth Earphones", 100, 900),
            Goods("智能音箱", "Smart Speaker", 100, 600),
        ),
        ("智能穿戴", "Wearables"): (
            Goods("智能手表", "Smart Watch", 400, 1900),
            Goods("运动手环", "Fitness Band", 100, 350),
        ),
    },
    ("服装鞋包", "Apparel"): {
        ("男装", "Menswear"): (
            Goods("男士衬衫", "Men's Shirt", 90, 400),
            Goods("男士夹克", "Men's Jacket", 200, 800),
        ),
        ("女装", "Womenswear"): (
            Goods("连衣裙", "Dress", 120, 700),
            Goods("羊毛大衣", "Wool Coat", 500, 1600),
        ),
        ("运动鞋", "Sports Shoes"): (
            Goods("跑步鞋", "Running Shoes", 200, 800),
            Goods("篮球鞋", "Basketball Shoes", 250, 900),
        ),
        ("箱包", "Bags & Luggage"): (
            Goods("双肩包", "Backpack", 100, 400),
            Goods("拉杆箱", "Suitcase", 200, 900),
        ),
    },
    ("美妆个护", "Beauty & Care"): {
        ("护肤品", "Skincare"): (
            Goods("面膜", "Face Mask", 50, 200),
            Goods("精华液", "Serum", 120, 600),
            Goods("防晒霜", "Sunscreen", 60, 200),
        ),
        ("洗护用品", "Hair & Body"): (
            Goods("洗发水", "Shampoo", 30, 110),
            Goods("沐浴露", "Body Wash", 25, 90),
            Goods("牙膏", "Toothpaste", 9, 40),
        ),
    },
    ("家居用品", "Home & Living"): {
        ("床上用品", "Bedding"): (
            Goods("四件套", "Bedding Set", 200, 800),
            Goods("乳胶枕", "Latex Pillow", 100, 400),
        ),
        ("厨具", "Cookware"): (
            Goods("不粘锅", "Non-stick Pan", 80, 300),
            Goods("保温杯", "Vacuum Flask", 50, 200),
        ),
        ("灯具", "Lighting"): (
            Goods("护眼台灯", "Desk Lamp", 80, 400),
            Goods("吸顶灯", "Ceiling Lamp", 100, 600),
        ),
    },
}
"""Top category to its second-level categories to their goods; every category as (name, English name)."""

BRANDS = (
    ("云岭", "Yunling"),
    ("青禾", "Qinghe"),
    ("海岳", "Haiyue"),
    ("星澜", "Xinglan"),
    ("木棠", "Mutang"),
    ("朔风", "Shuofeng"),
    ("南屿", "Nanyu"),
    ("知秋", "Zhiqiu"),
    ("拾光", "Shiguang"),
)
EDITIONS = (("经典款", "Classic"), ("升级款", "Plus"), ("旗舰款", "Pro"), ("轻享款", "Lite"))
COLORS = ("黑色", "白色", "红色", "蓝色", "绿色", "灰色")
ORIGINS = ("浙江", "广东", "江苏", "福建", "山东", "四川", "进口")
TAGS = ("new", "eco", "gift", "import")

PROMOTIONS = (
    ("年货节", "Spring Festival Sale", "0.12", (1, 5), (1, 25)),
    ("女神节", "Women's Day Sale", "0.10", (3, 1), (3, 8)),
    ("五一促销", "Labour Day Sale", "0.08", (4, 28), (5, 5)),
    ("618大促", "618 Festival", "0.15", (6, 1), (6, 20)),
    ("国庆促销", "National Day Sale", "0.10", (9, 28), (10, 7)),
    ("双11大促", "Double 11 Festival", "0.20", (11, 1), (11, 11)),
    ("双12促销", "Double 12 Sale", "0.12", (12, 10), (12, 12)),
)
"""Name, English name, discount rate, first and last day as (month, day)."""

COMPANY_WORDS = (
    ("恒泰", "Hengtai"),
    ("瑞丰", "Ruifeng"),
    ("汇源达", "Huiyuanda"),
    ("嘉禾", "Jiahe"),
    ("盛川", "Shengchuan"),
    ("东岭", "Dongling"),
    ("启明", "Qiming"),
    ("长兴", "Changxing"),
    ("万和顺", "Wanheshun"),
    ("金桥", "Jinqiao"),
    ("博远", "Boyuan"),
    ("立信诚", "Lixincheng"),
)

_SURNAMES = (
    "王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 赵Zhao 黄Huang 周Zhou 吴Wu 徐Xu 孙Sun 胡Hu 朱Zhu 高Gao 林Lin "
    "何He 郭Guo 马Ma 罗Luo 梁Liang 宋Song 郑Zheng 谢Xie 韩Han 唐Tang 冯Feng 于Yu 董Dong 萧Xiao 程Cheng 曹Cao"
)
_FEMALE = (
    "秀英Xiuying 婷婷Tingting 静怡Jingyi 雨欣Yuxin 思琪Siqi 梦瑶Mengyao 晓燕Xiaoyan 丽娜Lina 佳怡Jiayi 雪梅Xuemei 欣然Xinran "
    "玉兰Yulan 诗涵Shihan 慧敏Huimin 文静Wenjing 若兰Ruolan 春燕Chunyan 可馨Kexin 敏Min 芳Fang 娟Juan 霞Xia"
)
_MALE = (
    "伟Wei 强Qiang 磊Lei 浩然Haoran 子轩Zixuan 志强Zhiqiang 建国Jianguo 俊杰Junjie 宇航Yuhang 明辉Minghui 海涛Haitao "
    "天佑Tianyou 文博Wenbo 国栋Guodong 嘉豪Jiahao 立群Liqun 晨曦Chenxi 鹏飞Pengfei 勇Yong 军Jun 超Chao 平Ping"
)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        ("".join(c for c in word if not c.isascii()), "".join(c for c in word if c.isascii()))
        for word in text.split()
    )


SURNAMES = _pairs(_SURNAMES)
GIVEN_NAMES = {"F": _pairs(_FEMALE), "M": _pairs(_MALE)}


def person(rng: Random, gender: str) -> tuple[str, str]:
    """An invented person's name, in Chinese and in pinyin with the surname first."""
    # The commoner surnames stand first and are drawn more often, as in life: namesakes occur.
    surname, surname_en = SURNAMES[min(rng.randrange(len(SURNAMES)), rng.randrange(len(SURNAMES)))]
    given, given_en = rng.choice(GIVEN_NAMES[gender])
    return surname + given, f"{surname_en} {given_en}"
