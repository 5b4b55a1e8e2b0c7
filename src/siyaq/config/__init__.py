"""Every setting, where its value came from, and what it may be.

A file (`siyaq.toml` in the working directory, or `--config FILE`), then the environment
(`SIYAQ__SERVE__PORT=9000`), then command-line flags: the later wins. Unknown keys are refused
with the nearest real name. Secrets come from the environment only and are never printed.
"""

from siyaq.config.loading import load
from siyaq.config.settings import SETTINGS, Config, FollowSetting

__all__ = ["SETTINGS", "Config", "FollowSetting", "load"]
