"""Pages of campaigns. Access first, then one service call or one query, then the page."""
