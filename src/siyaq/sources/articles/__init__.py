"""Articles out of files: plain text, Markdown and HTML, one article a file."""

from siyaq.sources.articles.source import ARTICLE_SUFFIXES, ArticleSource

__all__ = ["ARTICLE_SUFFIXES", "ArticleSource"]
