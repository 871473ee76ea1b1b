"""Frequent words and letters of languages that headlines come in, by ISO 639-1 code. Data only.

The words are function words and words of financial news, without those that are English words, too.
"""

WORDS_OF_LANGUAGES = {
    "de": """
        der die das und ein eine einen einem einer eines mit für von zu zum zur auf im ist nicht sich auch nach bei aus
        wird werden wurde haben sind über unter gegen vor wegen trotz mehr weniger dem den des beim vom als noch nur
        aktie aktien gewinn gewinne verlust verluste umsatz quartal jahr jahre jahren prozent milliarden millionen
        milliarde steigt steigen sinkt sinken fällt fallen steigert senkt erhöht erzielt legt bricht konzern börse
        unternehmen kurs kurse kursziel dividende prognose ergebnis zahlen anleger markt märkte wirtschaft zinsen
        deutlich stark schwach erwartet zwischen durch sieht neue neuer neuen neues bleibt verkauft kauft hebt streicht
        stellen meldet wächst bekommt verliert gewinnt chef schließt
    """,
    "fr": """
        le la les des du et est une un dans pour sur avec par au aux qui ne pas ses son sa leur leurs ce cette après
        hausse baisse bénéfice bénéfices perte pertes chiffre résultat résultats trimestre milliards milliard bourse
        marché marchés entreprise groupe annonce recule progresse chute chutent bondit dévoile relève abaisse
        objectif prévisions selon contre entre sous ventes ouvre clôture titre veut vers sont de en sans chez va postes emploi supprimer nouveau nouvelle premiers
        premier croissance emplois banque ses grève amende achète
        cède dépasse attentes supprime lance
    """,
    "es": """
        el la los las del de y con para por una un que se sus su al más menos como sobre entre tras sin beneficio
        beneficios pérdidas pérdida ganancias ventas acciones bolsa mercado mercados millones mil trimestre año sube
        suben baja bajan cae caen cierra crece crecen gana pierde anuncia prevé empresa economía banco deuda tipos según
        hasta desde ante en es lo multa despide compra aumenta reduce primer segundo tercer cuarto dólares
        euros resultados ingresos eleva recorta
    """,
    "it": """
        il lo gli le del della dei delle degli dell di da con per una un che si al alla nel nella sul sulla più meno utile
        utili perdita perdite ricavi borsa azioni titolo mercato mercati trimestre miliardi milioni scende cala cresce
        chiude vola crolla rialzo ribasso banca anno dopo contro tra stima annuncia calo crescita sono è conti
        vendite taglia alza secondo primo terzo quarto multa acquista ed
    """,
    "pt": """
        os um uma do da dos das na nos nas em com para por que se mais menos ao aos lucro lucros prejuízo receita vendas
        ações bolsa mercado milhões bilhões bilhão trimestre ano sobe cai caem fecha queda anuncia após empresa de é
        não são pelo pela crescimento segundo terceiro primeiro compra reduz eleva juros dólar alta
    """,
    "nl": """
        de het een en van voor met op niet naar bij uit aan door zijn wordt werd heeft meer minder winst verlies omzet
        kwartaal beurs aandeel aandelen miljard miljoen stijgt daalt lager hoger jaar bedrijf koers verwachting cijfers
        tegen meldt boekt groeit schrapt banen krijgt verkoopt koopt na te
    """,
    "sv": """
        och att det som en ett för på av är med till från om inte den har efter vinst vinsten förlust omsättning kvartal
        kvartalet börsen aktien aktie miljarder miljoner ökar minskar stiger faller höjer sänker procent år rapporterar
        kronor bolaget resultat under rekord
    """,
    "da": """
        og at det som en et på af er med til fra om ikke har efter overskud underskud omsætning kvartal kvartalet aktie
        aktien aktier milliarder millioner stiger falder hæver sænker procent år kroner selskabet resultat vækst
    """,
    "no": """
        og å det som en et på av er med til fra om ikke har etter overskudd underskudd omsetning kvartal kvartalet aksje
        aksjen aksjer børsen milliarder millioner stiger faller hever prosent øker år kroner selskapet resultat vekst
    """,
    "fi": """
        ja on ei se että mukaan liikevaihto liikevaihdon tulos tuloksen voitto tappio osake osakkeen osinko prosenttia
        miljoonaa miljardia euroa kasvoi laski nousi vuoden vuonna neljänneksellä yhtiö yhtiön pörssi liikevoitto
        ennuste antaa nostaa laskee odotettua helsingin
    """,
    "pl": """
        na do się nie jest za od po przez oraz zysk strata zysku straty przychody akcje akcji giełda spółka spółki
        mln mld wzrost spadek kwartale kwartał proc rośnie spada złotych zł wyniki roku netto
    """,
    "cs": """
        na se je do ze za pro zisk ztráta ztrátu tržby akcie burza miliard milionů čtvrtletí vzrostl klesl roste
        klesá společnost firma korun loni roku procent
    """,
    "hu": """
        az és egy nem nyereség veszteség részvény részvények árbevétel milliárd millió negyedév negyedévben emelkedett
        csökkent nőtt tőzsde forint százalékkal vállalat
    """,
    "ro": """
        și în la cu pe din pentru care profitul pierderi acțiuni bursa milioane miliarde creștere scădere trimestrul
        crește scade companie lei anul după
    """,
    "tr": """
        ve bir bu için ile daha olarak kâr kârı zarar hisse hisseleri borsa milyar milyon yüzde arttı düştü yükseldi
        yükseliş düşüş çeyrek çeyrekte şirket şirketi oldu açıkladı dolar geriledi
    """,
    "id": """
        dan yang di ke dari untuk pada dengan ini itu saham laba rugi naik turun persen miliar triliun juta perusahaan
        bursa penjualan tahun kuartal akan tidak rupiah
    """,
}
# Letters that tell languages with the Latin script apart.
LETTERS_OF_LANGUAGES = {
    "de": "ßäöü", "fr": "œèêëàâîïûùéç", "es": "ñ¿¡áíóú", "it": "èàòùì", "pt": "ãõçáéêâ", "sv": "åäö", "da": "æøå",
    "no": "æøå", "fi": "äö", "pl": "ąęłńśźżć", "cs": "řěůčšžýíá", "hu": "őűáéíö", "ro": "șțşţăâî", "tr": "ğışçöü",
    "vi": "ơưđạảấầẩậắằẵặẹẻẽếềểễệỉịọỏốồổộớờởỡợụủứừửữựỳỵỷỹ",
}  # fmt: skip
# Scripts of one language, or of its most frequent one: character class and code. The first that matches applies.
SCRIPTS = [
    ("[\u3040-\u30ff]", "ja"), ("[\u4e00-\u9fff\u3400-\u4dbf]", "zh"), ("[\uac00-\ud7af]", "ko"),
    ("[іїєґ]", "uk"), ("[\u0400-\u04ff]", "ru"), ("[\u0370-\u03ff]", "el"), ("[\u0590-\u05ff]", "he"),
    ("[پچژگ]", "fa"), ("[\u0600-\u06ff]", "ar"), ("[\u0900-\u097f]", "hi"), ("[\u0980-\u09ff]", "bn"),
    ("[\u0b80-\u0bff]", "ta"), ("[\u0c00-\u0c7f]", "te"), ("[\u0e00-\u0e7f]", "th"), ("[\u10a0-\u10ff]", "ka"),
    ("[\u0530-\u058f]", "hy"),
]  # fmt: skip
# English function words, beside the words of the lexicon.
ENGLISH_WORDS = """
    the of to in for and on as by with from after its it that this these those an or be been has have had he she they we
    you his her their our your who which into out off about than then them before during through between while more most
    new first second third year years quarter month week day says said company shares stock will would are were was is
    do does did how why what when where here s us u.k two three four five million billion percent at all one last next
    bank market markets trading business news report reports data chief group inc corp
"""
