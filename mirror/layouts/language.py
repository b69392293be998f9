"""The language of a text, as a BCP 47 tag, told from its characters."""

from __future__ import annotations

import re

# Characters that only one of the two scripts has, most frequent first. Those that both have
# (后, 里, 台, 干 …) say nothing and are left out.
_SIMPLIFIED = frozenset(
    "这个们来时为国会说过对发学现实经动关给问应开业长东门见车书马鸟鱼龙义乌习乡买乱争亏云亚产亲亿仅从仓仪价众优伟传伤伦伪侧侦侨俭债倾偿"
    "儿兑党兰兴养兽冈写军农冯冲决况冻净减凤凭击凿刘则刚创删别剂剑剧劝办务劳势华协单卖卢卫却厂厅历压厌厕县双变叙叶号叹吓吗听启吴员呜响哑"
    "唤啸喷嘱团园围图圆圣场坏块坚坛坟坠垄垒垦垫执扩扫扬扰护报担拟拥择挂挡挤挥损换据掳掷摄摆摇撑数斋断无旧昙显晋晒晓晕暂术机杀杂权条极构枪"
    "标栋栏树样桥梦检楼欢欧残毁毕气汇汉汤沟没泪泽洁浅测济浑浓涛润涨渐渔湾湿滚满滨灭灯灵灾炉点烂烟烦烧热爱爷牵犹狱猎环电疗癣盐监盖盘矿码础确"
    "离种积称稳穷窃竞笔笼签简粮纠红约级纪纯纲纳纵纷纸纹线练组细织终绍绝统继绩续维综网罗职联肃肠肤肿胁胜脏脑脚脸艺节苏药荣获萧蓝虑虽蚁补装觉"
    "观规视览计订认讨让训议记讲许论设访证评识诉词译试诗诚话该详语误请诸课谁调谈谋谢谣贝负贡财责败货质购贵贸费资赏赖赛赞赵跃践踪车轨转轮软轰轻载"
    "较辆辑输边达迁运进远违连迟迹适选递邮邻郑采释针钟钢钱铁银销锁错键镇镜闪闭间闻阅队阳阴阵阶际陆险随隐难雾静韩页顶项顺须顾顿预领频题颜额风飞饭"
    "馆驱验骗鲁鲜鸣麦黄齐齿龄"
)
_TRADITIONAL = frozenset(
    "這個們來時為國會說過對發學現實經動關給問應開業長東門見車書馬鳥魚龍義烏習鄉買亂爭虧雲亞產親億僅從倉儀價眾優偉傳傷倫偽側偵僑儉債傾償"
    "兒兌黨蘭興養獸岡寫軍農馮沖決況凍淨減鳳憑擊鑿劉則剛創刪別劑劍劇勸辦務勞勢華協單賣盧衛卻廠廳歷壓厭廁縣雙變敘葉號嘆嚇嗎聽啟吳員嗚響啞"
    "喚嘯噴囑團園圍圖圓聖場壞塊堅壇墳墜壟壘墾墊執擴掃揚擾護報擔擬擁擇掛擋擠揮損換據擄擲攝擺搖撐數齋斷無舊曇顯晉曬曉暈暫術機殺雜權條極構槍"
    "標棟欄樹樣橋夢檢樓歡歐殘毀畢氣匯漢湯溝沒淚澤潔淺測濟渾濃濤潤漲漸漁灣濕滾滿濱滅燈靈災爐點爛煙煩燒熱愛爺牽猶獄獵環電療癬鹽監蓋盤礦碼礎確"
    "離種積稱穩窮竊競筆籠簽簡糧糾紅約級紀純綱納縱紛紙紋線練組細織終紹絕統繼績續維綜網羅職聯肅腸膚腫脅勝臟腦腳臉藝節蘇藥榮獲蕭藍慮雖蟻補裝覺"
    "觀規視覽計訂認討讓訓議記講許論設訪證評識訴詞譯試詩誠話該詳語誤請諸課誰調談謀謝謠貝負貢財責敗貨質購貴貿費資賞賴賽讚趙躍踐蹤車軌轉輪軟轟輕載"
    "較輛輯輸邊達遷運進遠違連遲跡適選遞郵鄰鄭採釋針鐘鋼錢鐵銀銷鎖錯鍵鎮鏡閃閉間聞閱隊陽陰陣階際陸險隨隱難霧靜韓頁頂項順須顧頓預領頻題顏額風飛飯"
    "館驅驗騙魯鮮鳴麥黃齊齒齡"
)
_ONLY_SIMPLIFIED = _SIMPLIFIED - _TRADITIONAL
_ONLY_TRADITIONAL = _TRADITIONAL - _SIMPLIFIED

_IDEOGRAPH = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3041-\u30fa]+")
_LATIN = re.compile("[A-Za-z]")
_SAMPLE = 240


def language(text: str) -> str:
    """``zh-Hans``, ``zh-Hant``, ``zh``, ``ja`` or ``en``; ``""`` where the text has no letters.

    A language is told only from its script: Latin text counts as English, the one other language
    of these mirrors; ``zh`` is Chinese too short to say which script.
    """
    sample = text[:_SAMPLE]
    # UTF-8 writes East Asian characters in three bytes, Latin ones in one.
    wide = (len(sample.encode("utf-8", "replace")) - len(sample)) // 2
    # One ideograph is about a word, five letters are one.
    if wide * 5 < len(sample) - wide:
        return "en" if _LATIN.search(sample) else ""
    if not _IDEOGRAPH.search(sample):
        return ""
    if sum(map(len, _KANA.findall(sample))) * 5 > wide:
        return "ja"
    distinct = set(sample)
    simplified = len(distinct & _ONLY_SIMPLIFIED)
    traditional = len(distinct & _ONLY_TRADITIONAL)
    if simplified == traditional:
        return "zh"
    return "zh-Hans" if simplified > traditional else "zh-Hant"
