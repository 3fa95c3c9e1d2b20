"""Which links should people look at? Those whose answer would tell most, first."""

from __future__ import annotations


def doubtful(pairs: str, clusters: str, decisions: str, visible: str, *, review_above: float, match_above: float, margin: float = 3.0) -> str:
    """SQL (l, r, weight, probability, reason, worth) of the links to review, most useful first.

    In review are pairs between ``review_above`` and ``match_above`` bits that lie in two clusters (reason 'may be one'), links from
    ``match_above`` that the clusters keep apart ('kept apart'), and links not ``margin`` bits above it that are all that ties one of their
    records to its cluster ('hangs by this link'). ``worth`` is the doubt (1 at fifty-fifty, 0 when sure) times the sizes of
    what would be joined or parted.

    ``decisions`` (l, r, decision) takes out what people have said, 'unsure' too. ``visible`` (node) are the records that the reader may
    see: all else is absent before anything is counted, so that it shows in no row, size or order.
    """
    return f"""
    WITH seen AS (SELECT c.node, c.cluster FROM {clusters} c SEMI JOIN {visible} v ON v.node = c.node),
    size AS (SELECT cluster, count(*) AS nodes FROM seen GROUP BY cluster),
    near AS (
        SELECT p.l, p.r, p.weight, a.cluster AS lc, b.cluster AS rc FROM {pairs} p JOIN seen a ON a.node = p.l JOIN seen b ON b.node = p.r
        WHERE p.weight >= {review_above!r}),
    ties AS (
        SELECT node, count(*) AS links FROM (
            SELECT unnest([l, r]) AS node FROM near WHERE lc = rc AND weight >= {match_above!r}) GROUP BY node),
    asked AS (
        SELECT n.*, CASE WHEN lc <> rc THEN CASE WHEN weight >= {match_above!r} THEN 'kept apart' ELSE 'may be one' END
            WHEN weight >= {match_above!r} AND weight < {match_above + margin!r} AND least(tl.links, tr.links) = 1 THEN 'hangs by this link' END AS reason
        FROM near n LEFT JOIN ties tl ON tl.node = n.l LEFT JOIN ties tr ON tr.node = n.r),
    judged AS (
        SELECT q.l, q.r, q.weight, 1 / (1 + pow(2, -greatest(-60, least(60, q.weight)))) AS probability, q.reason, CASE WHEN q.lc = q.rc THEN x.nodes - 1 ELSE x.nodes * y.nodes END AS sizes
        FROM asked q JOIN size x ON x.cluster = q.lc JOIN size y ON y.cluster = q.rc
        WHERE reason IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM {decisions} d WHERE least(d.l, d.r) = least(q.l, q.r) AND greatest(d.l, d.r) = greatest(q.l, q.r)))
    SELECT l, r, weight, round(probability, 6) AS probability, reason, round(4 * probability * (1 - probability) * sizes, 6) AS worth
    FROM judged ORDER BY worth DESC, l, r"""
