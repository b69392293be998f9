"""Places from which reporters write, as credits print them: before a name, after it, or alone.

A Chinese name and a place that follows it are set apart by nothing but knowledge of the one or
the
other. Places are the smaller set: countries, the provinces and states of those that are written
about most, and the cities with editions of their own, each in the spellings that occur.
"""

from __future__ import annotations

import re

_COUNTRIES = """
美国 美國 美中 中国 中國 大陆 大陸 英国 英國 法国 法國 德国 德國 日本 韩国 韓國 荷兰 荷蘭 爱尔兰
苏格兰 澳洲 澳大利亚 澳大利亞 新西兰 紐西蘭 加拿大 台湾 臺灣 台灣 香港 澳门 澳門 新加坡 马来西亚
馬來西亞 瑞典 瑞士 意大利 芬兰 挪威 丹麦 奥地利 西班牙 葡萄牙 比利时 卢森堡 波兰 希腊 捷克 匈牙利
罗马尼亚 保加利亚 俄罗斯 乌克兰 土耳其 以色列 印度 印尼 越南 泰国 泰國 菲律宾 墨西哥 巴西 阿根廷
秘鲁 智利 欧洲 歐洲 北欧 亚太 南美
"""
_CHINA = """
北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东
广西 海南 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 内蒙古 台北 臺北 新北 桃园 桃園 台中 臺中
台南 臺南 高雄 基隆 新竹 苗栗 彰化 南投 云林 嘉义 屏东 宜兰 花莲 台东
"""
_UNITED_STATES = """
华盛顿 華盛頓 DC D.C. 纽约 紐約 新泽西 新澤西 加州 南加州 北加州 德州 佛州 宾州 麻州 康州 伊州
亚拉巴马 阿拉斯加 亚利桑那 阿肯色 加利福尼亚 科罗拉多 康涅狄格 特拉华 德拉华 佛罗里达 乔治亚
佐治亚 夏威夷 爱达荷 伊利诺伊 印第安纳 爱荷华 堪萨斯 肯塔基 路易斯安那 缅因 马里兰 马萨诸塞 密歇根
明尼苏达 密西西比 密苏里 蒙大拿 内布拉斯加 内华达 新罕布什尔 新墨西哥 北卡罗来纳 北卡 南卡罗来纳
南卡 北达科他 俄亥俄 俄克拉荷马 俄勒冈 宾夕法尼亚 罗德岛 南达科他 田纳西 德克萨斯 犹他 佛蒙特
弗吉尼亚 维吉尼亚 威斯康辛 威斯康星 怀俄明 洛杉矶 洛杉磯 旧金山 舊金山 硅谷 圣地亚哥 圣荷西
圣塔克拉拉 沙加缅度 萨克拉门托 橙县 长滩 尔湾 好莱坞 核桃市 帕萨迪纳 艾尔蒙地 西柯汶纳 柔斯密
亚凯迪亚 阿罕布拉 蒙特利公园 圣盖博 圣贝纳迪诺 西米谷 菲利蒙 佛利蒙 耶莫 奥克兰 芝加哥 底特律
波士顿 费城 休斯顿 休斯敦 休士顿 达拉斯 奥斯汀 亚特兰大 西雅图 波特兰 迈阿密 丹佛 凤凰城 盐湖城
拉斯维加斯 梅沙 威尼斯 大学园 费尔法克斯 斯坦福 法拉盛 曼哈顿 布鲁克林 皇后区
"""
_ELSEWHERE = """
多伦多 多倫多 温哥华 溫哥華 渥太华 渥太華 蒙特利尔 卡尔加里 埃德蒙顿 安大略 约州 约克区 魁北克
不列颠哥伦比亚 卑诗 阿尔伯塔 伦敦 倫敦 曼彻斯特 爱丁堡 巴黎 蒙彼利埃 柏林 慕尼黑 汉堡 科隆
法兰克福 路德维希堡 布鲁塞尔 日内瓦 苏黎世 罗马 米兰 维也纳 马德里 巴塞罗那 斯德哥尔摩 哥德堡
赫尔辛基 奥斯陆 哥本哈根 悉尼 墨尔本 布里斯本 昆士兰 珀斯 柏斯 阿德莱德 堪培拉 东京 東京 大阪 首尔
首爾 曼谷 吉隆坡
"""
_KNOWN = sorted((_COUNTRIES + _CHINA + _UNITED_STATES + _ELSEWHERE).split(), key=len, reverse=True)

PLACE = re.compile(
    rf"(?<![·•・‧])(?:(?:{'|'.join(map(re.escape, _KNOWN))})(?:[市州省县縣]|首府|湾区|特区)? ?)+"
    r"(?![·•・‧])"
)
"""A run of places: ``美国加州洛杉矶``. Between dots it is a part of a foreign name."""
