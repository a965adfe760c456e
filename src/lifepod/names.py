"""Every IRI lifepod writes or reads, as plain text, grouped by vocabulary.

It refuses to import rdflib and to hold anything but constants. Own terms are defined in ``vocab/lifepod.ttl``.
"""

from __future__ import annotations

# RDF and friends: https://www.w3.org/TR/rdf11-concepts/
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_TYPE = RDF + "type"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
RDFS_SEE_ALSO = RDFS + "seeAlso"
XSD = "http://www.w3.org/2001/XMLSchema#"
XSD_STRING = XSD + "string"
XSD_DATE = XSD + "date"
XSD_DATETIME = XSD + "dateTime"
XSD_DECIMAL = XSD + "decimal"
XSD_INTEGER = XSD + "integer"
XSD_BOOLEAN = XSD + "boolean"
XSD_DURATION = XSD + "duration"

# Web Access Control: https://solidproject.org/TR/wac
ACL = "http://www.w3.org/ns/auth/acl#"
ACL_AUTHORIZATION = ACL + "Authorization"
ACL_AGENT = ACL + "agent"
ACL_AGENT_CLASS = ACL + "agentClass"
ACL_AGENT_GROUP = ACL + "agentGroup"
ACL_AUTHENTICATED = ACL + "AuthenticatedAgent"
ACL_ORIGIN = ACL + "origin"
ACL_CONDITION = ACL + "condition"
ACL_ACCESS_TO = ACL + "accessTo"
ACL_DEFAULT = ACL + "default"
ACL_MODE = ACL + "mode"
ACL_READ = ACL + "Read"
ACL_APPEND = ACL + "Append"
ACL_WRITE = ACL + "Write"
ACL_CONTROL = ACL + "Control"

# Access Control Policies: https://solidproject.org/TR/acp (http, not https)
ACP = "http://www.w3.org/ns/solid/acp#"
ACP_RESOURCE = ACP + "AccessControlResource"

# FOAF, PIM, LDP, Solid terms: https://solidproject.org/TR/protocol
FOAF = "http://xmlns.com/foaf/0.1/"
FOAF_AGENT = FOAF + "Agent"
FOAF_IS_PRIMARY_TOPIC_OF = FOAF + "isPrimaryTopicOf"
PIM_STORAGE = "http://www.w3.org/ns/pim/space#storage"
PIM_STORAGE_TYPE = "http://www.w3.org/ns/pim/space#Storage"
LDP = "http://www.w3.org/ns/ldp#"
LDP_CONTAINS = LDP + "contains"
LDP_CONTAINER = LDP + "Container"
LDP_BASIC_CONTAINER = LDP + "BasicContainer"
LDP_INBOX = LDP + "inbox"
SOLID = "http://www.w3.org/ns/solid/terms#"
SOLID_OIDC_ISSUER = SOLID + "oidcIssuer"
SOLID_PRIVATE_TYPE_INDEX = SOLID + "privateTypeIndex"
SOLID_PUBLIC_TYPE_INDEX = SOLID + "publicTypeIndex"
SOLID_TYPE_INDEX = SOLID + "TypeIndex"
SOLID_LISTED = SOLID + "ListedDocument"
SOLID_UNLISTED = SOLID + "UnlistedDocument"
SOLID_REGISTRATION = SOLID + "TypeRegistration"
SOLID_FOR_CLASS = SOLID + "forClass"
SOLID_INSTANCE = SOLID + "instance"
SOLID_INSTANCE_CONTAINER = SOLID + "instanceContainer"
SOLID_STORAGE_DESCRIPTION = SOLID + "storageDescription"

VCARD = "http://www.w3.org/2006/vcard/ns#"
VCARD_HAS_MEMBER = VCARD + "hasMember"

# schema.org (written with https, http accepted when reading), ActivityStreams, PROV, DPV
SCHEMA = "https://schema.org/"
AS = "https://www.w3.org/ns/activitystreams#"
DCT = "http://purl.org/dc/terms/"
DCT_MODIFIED = DCT + "modified"
PROV = "http://www.w3.org/ns/prov#"
DPV = "https://w3id.org/dpv#"
DPV_HAS_PERSONAL_DATA = DPV + "hasPersonalData"
PD = "https://w3id.org/dpv/pd#"

ICAL = "http://www.w3.org/2002/12/cal/ical#"
ICAL_SEQUENCE = ICAL + "sequence"
DPV_HAS_PURPOSE = DPV + "hasPurpose"

# Our own: vocab/lifepod.ttl
LP = "https://w3id.org/lifepod#"
LP_PARTITION = LP + "Partition"
LP_IMPORT_RUN = LP + "ImportRun"
LP_AD = LP + "Ad"
LP_AD_CLICK = LP + "AdClick"
LP_TIME_PRECISION = LP + "timePrecision"
LP_MATCH_KEY = LP + "matchKey"
LP_TRANSITION = LP + "transition"
LP_QUANTITY = LP + "quantity"
LP_LAYOUT = LP + "layout"
LP_RECOGNISED_SHAPE = LP + "recognisedShape"
LP_SEEN = LP + "seen"
LP_WRITTEN = LP + "written"
LP_UNCHANGED = LP + "unchanged"
LP_DUPLICATES = LP + "duplicates"
LP_SKIPPED = LP + "skipped"
LP_REASON = LP + "reason"
LP_COUNT = LP + "count"
LP_EARLIEST = LP + "earliest"
LP_LATEST = LP + "latest"
LP_INTRODUCED = LP + "introduced"
LP_STATE = LP + "state"
LP_ACCESS_CHANGE = LP + "AccessChange"
LP_ACCESS_EDIT = LP + "AccessEdit"
LP_VERB = LP + "verb"
LP_UNTIL = LP + "until"
LP_DOCUMENT = LP + "document"
LP_BEFORE = LP + "before"
LP_AFTER = LP + "after"
LP_UNDOES = LP + "undoes"
LP_EFFECT = LP + "effect"
LP_GROUP = LP + "group"
LP_EDITED = LP + "edited"
LP_STAY = LP + "Stay"
LP_TRACK = LP + "Track"
LP_TRACKED_INTERACTION = LP + "TrackedInteraction"
LP_DATA_ACCESS = LP + "DataAccess"
LP_AUDIENCE = LP + "Audience"
LP_COOKIE = LP + "Cookie"
LP_DELETED = LP + "Deleted"
LP_PLAYED_FOR = LP + "playedFor"
LP_REFERRER = LP + "referrer"
LP_SEMANTIC_TYPE = LP + "semanticType"
LP_PROBABILITY = LP + "probability"
LP_MODE = LP + "mode"
LP_POINTS = LP + "points"
LP_DIRECTION = LP + "direction"
LP_ACCOUNT = LP + "account"
LP_VALUE_DATE = LP + "valueDate"
LP_EVENT_TYPE = LP + "eventType"
LP_HITS = LP + "hits"
LP_HOST = LP + "host"
LP_COOKIE_PATH = LP + "cookiePath"
LP_PARTITION_KEY = LP + "partitionKey"
LP_LAST_ACCESS = LP + "lastAccess"
LP_EXPIRES = LP + "expires"
LP_SECURE = LP + "secure"
LP_HTTP_ONLY = LP + "httpOnly"
LP_SAME_SITE = LP + "sameSite"
LP_THIRD_PARTY = LP + "thirdParty"
LP_LIST_KIND = LP + "listKind"
LP_RECURRENCE = LP + "recurrence"
LP_THREAD = LP + "thread"

PREFIXES: tuple[tuple[str, str], ...] = (
    ("acl", ACL),
    ("as", AS),
    ("dct", DCT),
    ("dpv", DPV),
    ("foaf", FOAF),
    ("ical", ICAL),
    ("ldp", LDP),
    ("lp", LP),
    ("pd", PD),
    ("pim", "http://www.w3.org/ns/pim/space#"),
    ("prov", PROV),
    ("rdf", RDF),
    ("rdfs", RDFS),
    ("schema", SCHEMA),
    ("solid", SOLID),
    ("vcard", VCARD),
    ("xsd", XSD),
)
"""The fixed prefix map of everything we write, sorted by prefix."""
