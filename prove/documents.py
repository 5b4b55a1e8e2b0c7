"""Good documents of every kind that strangers send, to make hostile ones of."""

from __future__ import annotations

import gzip

import zstandard

POSTS = (
    b'{"id":"7","text":"Rain in Riyadh","author":{"id":"a","handle":"a.example","followers":3},'
    b'"created_at":"2026-11-21T10:00:00Z","witnessed_at":"2026-11-21T10:00:01Z","lang":"en"}',
    '{"op":"update","id":9,"source":"x","text":"مطر في الرياض","links":["https://a.example/b"],'
    '"media":[{"type":"image","url":"https://a.example/c.png","alt":"سحاب"}],"reply_to":"7"}'
    "".encode(),
    b'{"op":"delete","id":"7","source":"fuzz"}',
)

JETSTREAM = (
    b'{"did":"did:plc:abc","time_us":1763719200000000,"kind":"commit","commit":{"rev":"3k",'
    b'"operation":"create","collection":"app.bsky.feed.post","rkey":"3k","record":{"$type":'
    b'"app.bsky.feed.post","text":"see a.example","createdAt":"2026-11-21T10:00:00Z","langs":'
    b'["en"],"facets":[{"index":{"byteStart":4,"byteEnd":13},"features":[{"$type":'
    b'"app.bsky.richtext.facet#link","uri":"https://a.example"}]}]}}}',
    b'{"$type":"message","payload":{"$type":"x#commit","seq":7,"did":"did:plc:abc","time":'
    b'"2026-11-21T10:00:00Z","rev":"3k","operation":"delete","collection":"app.bsky.feed.post",'
    b'"rkey":"3k"}}',
    b'{"did":"did:plc:abc","time_us":1763719200000000,"kind":"account","account":{"active":false,'
    b'"status":"takendown"}}',
    b'{"did":"did:plc:abc","time_us":1763719200000000,"kind":"identity","identity":{"handle":'
    b'"a.example"}}',
)

MASTODON = (
    '{"id":"116","uri":"https://a.example/users/amal/statuses/116","url":"https://a.example/@amal/'
    '116","created_at":"2026-11-21T10:00:00.000Z","edited_at":null,"visibility":"public","language"'
    ':"ar","content":"<p>سقط المطر في <a href=\\"https://b.example/rain\\"><span class=\\"invisible'
    '\\">https://</span>b.example/rain</a><br><span class=\\"h-card\\"><a href=\\"https://a.'
    "example/"
    '@badr\\" class=\\"u-url mention\\">@<span>badr</span></a></span></p>","account":{"acct"'
    ':"amal",'
    '"uri":"https://a.example/users/amal","url":"https://a.example/@amal","display_name":"أمل",'
    '"indexable":true,"discoverable":true,"followers_count":7},"mentions":[{"url":"https://a'
    ".example"
    '/@badr","acct":"badr","id":"2"}],"tags":[{"name":"rain"}],"media_attachments":[{"type":'
    '"image",'
    '"url":"https://a.example/c.png","description":"سحاب"}],"card":{"url":"https://b.example'
    '/rain"},'
    '"poll":{"options":[{"title":"yes","votes_count":1}]}}'.encode(),
    b'{"id":"117","uri":"https://a.example/users/amal/statuses/117/activity","created_at":"2'
    b"026-11-21"
    b'T10:00:00.000Z","visibility":"public","content":"","account":{"acct":"amal","uri":"https://'
    b'a.example/users/amal","indexable":true},"reblog":{"id":"115","uri":"https://c.example/'
    b'9","created_at"'
    b':"2026-11-21T09:00:00.000Z","visibility":"public","content":"<p>Rain</p>","account":{"acct":'
    b'"x@c.example","uri":"https://c.example/users/x","indexable":true}}}',
)

X = (
    b'{"data":{"id":"1990000000000000000","author_id":"5","text":"Rain &amp; wind https://t.co/x",'
    b'"created_at":"2026-11-21T10:00:00.000Z","lang":"en","conversation_id":"1990000000000000000",'
    b'"entities":{"urls":[{"start":12,"end":28,"url":"https://t.co/x","expanded_url":"https://'
    b'a.example/b"}],"mentions":[{"start":0,"end":4,"username":"amal","id":"6"}]},"attachments":{'
    b'"media_keys":["3_1"]},"referenced_tweets":[{"type":"quoted","id":"1989999999999999999"}],'
    b'"edit_history_tweet_ids":["1990000000000000000"],"public_metrics":{"like_count":3}},"i'
    b'ncludes":'
    b'{"users":[{"id":"5","username":"amal","name":"Amal","public_metrics":{"followers_count":7}}],'
    b'"media":[{"media_key":"3_1","type":"photo","url":"https://a.example/c.jpg","alt_text":'
    b'"a cloud"'
    b'}],"tweets":[{"id":"1989999999999999999","author_id":"6","text":"Rain"}]},"matching_rules":[{'
    b'"id":"1","tag":"rain"}]}',
    '{"data":{"id":"1990000000000000001","author_id":"5","text":"مطر","note_tweet":{"text":"مطر في '
    'الرياض منذ ثلاثة أيام"},"referenced_posts":[{"type":"replied_to","id":"1990000000000000'
    '000"}]},'
    '"includes":{"users":[{"id":"5","username":"amal"}]}}'.encode(),
)

FILES = (gzip.compress(b"a\nb\n", mtime=0), zstandard.compress(b"a\nb\n"), b"a\nb\r\n\nc", *POSTS)

ROBOTS = (
    b"User-agent: siyaq\nUser-agent: other\nDisallow: /private/*.html$\nAllow: /private/news\n"
    b"Crawl-delay: 2\n\nUser-agent: *\nDisallow: /\n",
)

_REVIEW = (
    b'{"@context":"https://schema.org","@type":"ClaimReview","url":"https://a.example/r","da'
    b'tePublished"'
    b':"2026-11-20","claimReviewed":"It will rain for a month","author":{"@type":"Organizati'
    b'on","name"'
    b':"Checks","url":"https://a.example"},"itemReviewed":{"@type":"Claim","datePublished":"'
    b'2026-11-19"'
    b',"author":{"name":"somebody"},"firstAppearance":{"url":"https://b.example/1"},"appeara'
    b'nce":[{"url"'
    b':"https://b.example/2"},{"url":"javascript:alert(1)"}]},"reviewRating":{"@type":"Rating",'
    b'"ratingValue":"1","bestRating":5,"worstRating":1,"alternateName":"False"}}'
)

_SITEMAP = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/si'
    'temap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example'
    "/2</loc>"
    "<lastmod>2026-11-21T10:00:00Z</lastmod><news:news><news:publication><news:name>أخبار</n"
    "ews:name>"
    "<news:language>ar</news:language></news:publication><news:publication_date>2026-11-21T0"
    "9:58:00Z"
    "</news:publication_date><news:title>مطر في الرياض</news:title></news:news></url><url><l"
    "oc>https://"
    "a.example/1?x=1&amp;y=2</loc><lastmod>2026-11</lastmod></url></urlset>".encode()
)

FEEDS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><ttl>30</ttl><skipHours>'
    b"<hour>3</hour></skipHours><skipDays><day>Friday</day></skipDays><item><guid>1</guid><t"
    b"itle>Rain"
    b"</title><link>https://a.example/1</link><description>Rain &amp; &lt;b&gt;wind&lt;/b&gt;"
    b"</description><pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate><enclosure url="
    b'"https://a.example/c.jpg" type="image/jpeg" length="9"/></item></channel></rss>',
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>أخبار</title><entry><id>urn:1</id><title>مطر'
    '</title><content type="html">&lt;p&gt;مطر&lt;/p&gt;</content><updated>2026-11-21T10:00:00Z'
    "</updated></entry></feed>".encode(),
    b'{"version":"https://jsonfeed.org/version/1.1","title":"News","language":"en","items":['
    b'{"id":"1",'
    b'"url":"https://a.example/1","title":"Rain","content_html":"<p>Rain and <b>wind</b></p>",'
    b'"date_published":"2026-11-21T10:00:00Z","authors":[{"name":"Amal"}],"tags":["rain"],'
    b'"attachments":[{"url":"https://a.example/c.mp3","mime_type":"audio/mpeg"}]}]}',
    b'{"@context":"https://schema.org","@type":"DataFeed","dataFeedElement":[' + _REVIEW + b"]}",
    _SITEMAP,
    gzip.compress(_SITEMAP, mtime=0),
    b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https:'
    b"//a.example/"
    b"s1.xml</loc><lastmod>2026-11-21</lastmod></sitemap><sitemap><loc>https://a.example/s2."
    b"xml.gz</loc>"
    b"</sitemap></sitemapindex>",
    '<!DOCTYPE html><html lang="ar"><head><title>أخبار</title><base href="https://a.example/'
    'ar/"><link '
    'rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body><nav><a href="'
    '/about">'
    'من نحن</a></nav><main><a href="2026/11/21/rain-in-riyadh">مطر</a><a href="https://a.exa'
    'mple/ar/مطر">'
    'مطر</a><a href="javascript:alert(1)">x</a></main></body></html>'.encode(),
)

PAGES = (
    b'<html lang="en"><head><title>Rain</title><meta property="og:title" content="Rain"><meta '
    b'property="article:published_time" content="2026-11-21T10:00:00Z"><script type='
    b'"application/ld+json">{"@type":"NewsArticle","datePublished":"2026-11-21"}</script></head>'
    b"<body><article><h1>Rain</h1><p>It rained in Riyadh for three days and the roads were closed."
    b"</p><p>Schools will open on Sunday.</p></article></body></html>",
    b'<!DOCTYPE html><html lang="en"><head><title>Check</title><link rel="canonical" href="https://'
    b'a.example/r"><script type="application/ld+json">{"@graph":[[{"@type":"WebPage"}],'
    + _REVIEW
    + b']}</script><script type="application/ld+json">{"@type": NaN}</script></head><body><m'
    b"ain><h1>Will "
    b"it rain for a month?</h1><p>No. Rain was forecast for three days, and it rained for tw"
    b"o of them, "
    b"says the office.</p><ul><li>One</li></ul><table><tr><td>Rain</td><td>3 mm</td></tr></t"
    b"able></main>"
    b"</body></html>",
    (
        '<html dir="rtl"><head><meta http-equiv="content-type" content="text/html; charset=w'
        'indows-1256">'
        '<meta name="author" content="أمل"><title>مطر</title></head><body><div class="articl'
        'e"><h1>مطر في '
        'الرياض</h1><time datetime="2026-11-21T13:00:00+03:00">السبت</time><p>سقط المطر في ا'
        "لرياض ثلاثة "
        "أيام وأغلقت الطرق بسبب السيول.</p><p>تفتح المدارس أبوابها يوم الأحد.</p></div></bod"
        "y></html>"
    ).encode("cp1256"),
)

ARTICLES = (b"# Rain\n\n21 November 2026\n\n*It* rained [here](https://a.example).", *PAGES)

QUESTIONS = (
    b"what happened in Riyadh yesterday? from:a since:2026-11-20",
    "ماذا حدث أمس".encode(),
)

REQUESTS = (
    b'{"question":"what happened?","as_of":"2026-11-21T10:00:00Z","filters":{"lang":["ar"],'
    b'"since":"2026-11-20"},"history":[{"role":"user","content":"hello"}],"limit":5}',
    b'{"q":"rain","k":5,"lang":["ar"]}',
    b'{"text":"rain","as_of":"2026-11-21T10:00:00Z"}',
)
