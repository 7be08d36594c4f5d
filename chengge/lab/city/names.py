"""Names for an invented place: streets (街道), communities, roads, water, compounds, schools. Each is given once.

The words are those that Chinese towns like; the city (澜川市), its district (清沄区) and its river (沄江) do not exist.
"""

from dataclasses import dataclass, field

import numpy as np

CITY = "澜川市"
DISTRICT = "清沄区"
RIVER = "沄江"
CANAL = "柳溪"
HILL = "栖云山"
NORTH_LAKE = "鉴月湖"
HILL_LAKE = "洗砚池"

OLD_TOWN_STREET = "鼓楼前"
NORTH_LAKE_STREET = "鉴月湖"
HILL_STREET = "栖云山"
WORKS_STREET = "南埠"
OTHER_STREETS = ("柳溪", "望沄", "白鹭洲", "石塔", "青枫", "长堤", "新渡", "桃林")

ROAD_STEMS = tuple(
    """清沄 望江 安澜 明德 文昌 学海 锦华 长宁 永泰 致和 朝晖 晨曦 云台 凤鸣 丹枫 竹溪 兰亭 松涛 梅溪 桂苑 银杏 香樟 海棠 紫薇 芙蓉 玉兰 木樨 青萝 碧云 澄怀
    观澜 听涛 揽月 映雪 扶摇 鸿图 瑞祥 丰乐 康庄 平章 景行 崇文 尚德 弘毅 笃学 知行 善施 惠民 乐善 同心 和顺 兴业 通达 振华 启航 腾飞 创源 智谷 云谷 星河 天衢
    白塔 石桥 金堤 双龙 三江 七里 九曲 百福 万象 千禧 东篱 西陵 南屏 北苑 中和 上善 下沙 前溪 后港 新安 旧渡 古城 仙居 龙吟 鹤鸣 鹿苑 雁塘 鸥波 莺歌 燕南 渔浦
    杏林 桃源 李园 橘洲 荷塘 菱湖 莲溪 芦荻 蒲江 苇荡 杨柳 槐荫 榆林 桐花 枫桥 柏庐 杉湖 茶园 稻香 麦浪 棉纺 丝绸 瓷都 墨香 砚田 书院 琴台 棋盘 画溪 诗巷
    天成 地和 人杰 日新 月华 星耀 风荷 雨巷 雪松 霜叶 露台 霞飞 虹桥 云锦 春申 夏荷 秋实 冬青 金秋 银月 铜雀 铁牛 锡惠 石榴 玉泉 珠溪 宝善 福源 禄源 寿昌 喜安""".split()
)
LANE_STEMS = tuple(
    """井头 米市 竹竿 油坊 打铁 孝义 状元 石板 青砖 柳荫 染坊 豆腐 酱园 马衙 钟楼 磨坊 灯笼 银匠 砚池 府前 县后 文庙 盐仓 木行 瓦子 半边 渡口 花园 桂花 梅园 箍桶 鱼行 猪行
    草鞋 剪刀 裱画 扇子 伞匠 草药 槐树 银杏 皂荚 枇杷 水井 双井 三井 铜钱 纸马 香烛 绣衣 织造 牌楼 旗杆 轿子 驴市 羊市 鸡鸣 鹅颈 燕子 喜鹊 凤凰 狮子 仓桥 横桥 平桥
    斜桥 木桥 高阶 夹城 城根 瓮城 水门 东升 西照 仁寿 义和 礼让 智积 信安 敦厚 勤俭 耕读 书香 笔架 墨池 学宫 考棚 贡院 藏书 读律 清风 明月 甘泉 玉带 丁家 祝家 包家 邵家""".split()
)
COMPOUND_STEMS = tuple(
    """锦绣 翠湖 云锦 碧波 春江 明珠 阳光 金色 绿洲 丽景 华庭 御景 观澜 听松 香榭 枫林 竹韵 兰溪 梅园 桂语 银杏 水岸 江畔 滨河 望山 云栖 朗诗 和风 静安 颐和 雅居 嘉和
    瑞景 祥和 康宁 福泽 盛世 世纪 新城 东方 南苑 西溪 北辰 中央 学府 书香 文澜 翰林 桃李 天悦 星河 月亮湾 紫荆 蔷薇 百合 丁香 牡丹 芳草 青春 幸福 团结 友谊 胜利 建设 纺织 机械
    铁路 邮电 供销 教师 石油 水利 长青 永福 万和 千秋 鸿运 鼎盛 恒泰 安居 乐业 惠民 民生 同乐""".split()
)
COMPOUND_ENDS = ("花园", "苑", "小区", "家园", "华庭", "新村", "里", "府", "公馆", "雅苑", "名邸", "佳园")
COMMUNITY_STEMS = tuple(
    """鼓楼 井头 文庙 米市 钟楼 水门 柳荫 平桥 斜桥 学宫 观澜 望江 安澜 听涛 白塔 石塔 金堤 双龙 九曲 百福 丹枫 竹溪 兰亭 松涛 梅溪 桂苑 香樟 海棠 紫薇 芙蓉 玉兰 碧云 澄怀 揽月
    映雪 瑞祥 丰乐 康庄 景行 崇文 尚德 弘毅 知行 惠民 乐善 同心 和顺 兴业 振华 启航 智谷 星河 南屏 北苑 前溪 后港 新安 旧渡 仙居 鹤鸣 鹿苑 渔浦 桃源 橘洲 荷塘 菱湖 莲溪 槐荫
    桐花 枫桥 茶园 稻香 棉纺 墨香 琴台 画溪 春申 秋实 冬青 玉泉""".split()
)
PARK_STEMS = tuple("听荷 映月 柳浪 竹影 枫叶 百草 童趣 银杏 樱花 海棠 梅岭 松风 晴川 芳洲 翠微 星空 体育 儿童 和平 知音 晨光 桂香 青莲 白鹭 云影 石榴 蔷薇 紫藤 丹桂 茗香 书香 杏坛 归雁 渔歌 稻花 听雨 望月 采薇 拾翠 半亩 流萤 长虹 春晓 秋水 冬暖 夏木 知秋 怡心 康乐 百花 玉屏 金桂 银桥 碧螺 花溪 芦花".split())
SCHOOL_STEMS = tuple("文澜 清沄 崇德 育才 启明 明德 弘文 学海 春晖 求知 新苗 博雅 致远 望江 柳溪 鉴月 栖云 南埠 青枫 石塔 长堤 新渡 观澜 晨曦 朝阳 实验 第一 第二 第三 第四 第五 第六 第七 第八".split())
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = tuple(
    """伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 建国 建华 志强 秀兰 海燕 晓东 晓红 文杰 国庆 春梅 丽华 志明 永康 雪梅 佳怡 子涵 雨桐 浩然 思远 嘉诚
    欣怡 俊杰 梓轩 诗涵 宇航 博文 立新 卫东 爱华 玉兰 凤英 小兵 学军 振宇 天佑 景行 若兰 清源 书瑶 怀瑾 知远 云帆 承志 长青 晓峰 慧敏 晓燕 志刚 金凤 宝珍 少华 克勤 守信""".split()
)


@dataclass(slots=True)
class NameBook:
    """Hands out names, none twice."""

    chance: np.random.Generator
    given: set[str] = field(default_factory=set)

    def one_of(self, stems: tuple[str, ...], ends: tuple[str, ...]) -> str:
        """A stem with an ending that nobody has yet; a number is put between when the stems are used up."""
        for number in ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"):
            order = self.chance.permutation(len(stems))
            for index in order[: len(stems)]:
                name = f"{stems[index]}{number}{ends[int(self.chance.integers(len(ends)))]}"
                if name not in self.given:
                    self.given.add(name)
                    return name
        raise ValueError("all names are given")

    def take(self, name: str) -> str:
        """A name that is already settled."""
        self.given.add(name)
        return name


def person(chance: np.random.Generator) -> str:
    """A person's name, two or three characters."""
    return SURNAMES[int(chance.integers(len(SURNAMES)))] + GIVEN[int(chance.integers(len(GIVEN)))]
