"""Makes the small MaxMind databases of src/receive/rum/testdata/geography, of networks set aside for documentation.

    python -m pip install mmdb-writer==0.2.7 netaddr==1.3.0
    python test/tool/make_geography.py
"""

import pathlib

from mmdb_writer import MMDBWriter
from netaddr import IPSet

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src/receive/rum/testdata/geography"


def place(country, code, province, province_code, city):
    entry = {"country": {"iso_code": code, "names": country}}
    if province:
        entry["subdivisions"] = [{"iso_code": province_code, "names": province}]
    if city:
        entry["city"] = {"geoname_id": 1, "names": city}
    return entry


MUNICH = place({"en": "Germany", "de": "Deutschland"}, "DE", {"en": "Bavaria", "de": "Bayern"}, "BY", {"en": "Munich", "de": "München"})
HANGZHOU = place({"en": "China", "zh-CN": "中国"}, "CN", {"en": "Zhejiang", "zh-CN": "浙江省"}, "ZJ", {"en": "Hangzhou", "zh-CN": "杭州"})
MONACO = place({"en": "Monaco"}, "MC", None, None, None)


def write(name, database_type, entries):
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=database_type, languages=["en", "de", "zh-CN"],
                        description="made by test/tool/make_geography.py", int_type="u32")
    for networks, entry in entries:
        writer.insert_network(IPSet(networks), entry)
    writer.to_db_file(str(FOLDER / name))


write("city.mmdb", "GeoLite2-City", [(["203.0.113.0/24", "2001:db8:1::/48"], MUNICH), (["198.51.100.0/24"], HANGZHOU),
                                     (["192.0.2.0/25"], MONACO)])
write("asn.mmdb", "GeoLite2-ASN", [(["203.0.113.0/24", "2001:db8:1::/48"],
                                    {"autonomous_system_number": 3320, "autonomous_system_organization": "Deutsche Telekom AG"})])
write("isp.mmdb", "GeoIP2-ISP", [(["203.0.113.0/24"],
                                  {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Networks",
                                   "isp": "Example Home", "organization": "Example"})])
