using System.Globalization;
using System.Net;
using System.Text;

namespace Ncsan.Reporting.Locks;

/// <summary>The order graph as DOT and as SVG. Edges of cycles are red.</summary>
public static class LockOrderGraph
{
    private const int BoxHeight = 30, Row = 90, Gap = 30, CharacterWidth = 8, Margin = 20;

    /// <summary>For Graphviz.</summary>
    public static string Dot(LockOrder order)
    {
        var text = new StringBuilder("digraph locks {\n  node [shape=box, fontname=\"sans-serif\"];\n");
        var inCycles = order.InCycles();
        foreach (var c in Drawn(order)) { text.Append(CultureInfo.InvariantCulture, $"  n{c.Id} [label=\"{Escape(c.Name)}\\n{c.Kind}\"];\n"); }
        for (int i = 0; i < order.Dependencies.Count; i++)
        {
            var d = order.Dependencies[i];
            text.Append(CultureInfo.InvariantCulture, $"  n{d.From} -> n{d.To} [label=\"{d.Modes}\"{(inCycles.Contains(i) ? ", color=red, fontcolor=red" : "")}];\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>A picture that needs no tool: a row a level, what is taken first on top.</summary>
    public static string Svg(LockOrder order)
    {
        var levels = Levels(order);
        var boxes = new Dictionary<int, (int X, int Y, int Width)>();
        int widest = 0;
        foreach (var level in Drawn(order).GroupBy(c => levels[c.Id]).OrderBy(level => level.Key))
        {
            int x = Margin;
            foreach (var c in level)
            {
                int width = (Math.Max(c.Name.Length, c.Kind.Length) + 2) * CharacterWidth;
                boxes[c.Id] = (x, Margin + level.Key * Row, width);
                x += width + Gap;
            }

            widest = Math.Max(widest, x);
        }

        int height = Margin + Row * (boxes.Count == 0 ? 1 : levels.Values.Max() + 1);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{widest + Margin}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        text.Append("<defs><marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"context-stroke\"/></marker></defs>\n");
        var inCycles = order.InCycles();
        for (int i = 0; i < order.Dependencies.Count; i++)
        {
            var d = order.Dependencies[i];
            if (boxes.TryGetValue(d.From, out var from) && boxes.TryGetValue(d.To, out var to)) { Edge(text, d, from, to, inCycles.Contains(i)); }
        }

        foreach (var c in Drawn(order))
        {
            var (x, y, width) = boxes[c.Id];
            text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BoxHeight}\" rx=\"4\" fill=\"#f4f6fa\" stroke=\"#445\"/>");
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + width / 2}\" y=\"{y + 19}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(c.Name)}<title>{c.Kind}</title></text>\n");
        }

        return text.Append("</svg>\n").ToString();
    }

    /// <summary>Classes that are ordered with another; the rest would only be in the way.</summary>
    private static IEnumerable<LockClass> Drawn(LockOrder order)
    {
        var used = order.Dependencies.SelectMany(d => new[] { d.From, d.To }).ToHashSet();
        return order.Classes.Where(c => used.Contains(c.Id));
    }

    /// <summary>The length of the longest way to each class; edges that would close a circle do not count.</summary>
    private static Dictionary<int, int> Levels(LockOrder order)
    {
        var levels = Drawn(order).ToDictionary(c => c.Id, _ => 0);
        for (int round = 0; round < levels.Count; round++)
        {
            bool moved = false;
            foreach (var d in order.Dependencies)
            {
                if (d.From == d.To || levels[d.From] + 1 <= levels[d.To] || levels[d.From] + 1 >= levels.Count) { continue; }
                levels[d.To] = levels[d.From] + 1;
                moved = true;
            }

            if (!moved) { break; }
        }

        // Without the gaps that circles leave.
        var rows = levels.Values.Distinct().Order().ToList();
        return levels.ToDictionary(l => l.Key, l => rows.IndexOf(l.Value));
    }

    private static void Edge(StringBuilder text, LockDependency d, (int X, int Y, int Width) from, (int X, int Y, int Width) to, bool inCycle)
    {
        int x1 = from.X + from.Width / 2, x2 = to.X + to.Width / 2;
        int y1 = from.Y < to.Y ? from.Y + BoxHeight : from.Y, y2 = from.Y < to.Y ? to.Y : to.Y + BoxHeight;
        int bend = d.From == d.To ? 60 : from.Y < to.Y ? 0 : 40;
        text.Append(CultureInfo.InvariantCulture, $"<path d=\"M{x1} {y1}C{x1 + bend} {(y1 + y2) / 2} {x2 + bend} {(y1 + y2) / 2} {x2} {y2}\" fill=\"none\" stroke=\"{(inCycle ? "#c00" : "#889")}\" marker-end=\"url(#to)\">");
        text.Append(CultureInfo.InvariantCulture, $"<title>{d.Modes} {WebUtility.HtmlEncode(d.WantedAt ?? "")}</title></path>\n");
    }

    private static string Escape(string name) => name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
