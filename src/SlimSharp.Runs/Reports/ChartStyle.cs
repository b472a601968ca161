namespace SlimSharp.Runs;

/// <summary>The colours and strokes of charts, light and dark.</summary>
public static class ChartStyle
{
    internal const string Rules = """
        :root { color-scheme: light dark; --ink: #1f2933; --quiet: #5b6b7b; --line: #d5dde5; --paper: #fff;
          --c0: #2563a8; --c1: #c8641b; --c2: #1b8a6b; --c3: #a83279; --c4: #8a6d00; --c5: #5b6b7b; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --quiet: #9fb0c0; --line: #3a4652; --paper: #171c21;
          --c0: #6aa7e8; --c1: #f0a060; --c2: #4fc9a4; --c3: #e07cbb; --c4: #d9bd4a; --c5: #9fb0c0; } }
        svg.chart text { fill: var(--quiet); font: 12px system-ui, sans-serif; } svg.chart .marks text { fill: var(--ink); font-size: 11px; }
        .chart line { stroke: var(--line); } .chart .tick { stroke: var(--quiet); } .chart .frame { fill: none; stroke: var(--line); }
        .chart .key { stroke-width: 3; } .chart .c0 { stroke: var(--c0); } .chart .c1 { stroke: var(--c1); } .chart .c2 { stroke: var(--c2); }
        .chart .c3 { stroke: var(--c3); } .chart .c4 { stroke: var(--c4); } .chart .c5 { stroke: var(--c5); }
        .chart polyline { fill: none; stroke-width: 2; stroke-linejoin: round; } .chart path { fill: none; stroke-width: 1.3; } .chart .dashed { stroke-dasharray: 5 4; stroke-width: 1.3; }
        """;

    /// <summary>A chart as a file of its own, which a page in Markdown can show.</summary>
    /// <param name="svg">The element, as <see cref="Charts"/> makes it.</param>
    public static string Standalone(string svg)
    {
        var head = svg.IndexOf('>', StringComparison.Ordinal) + 1;
        return $$"""
            {{svg[..(head - 1)]}} xmlns="http://www.w3.org/2000/svg"><style>
            {{Rules}}
            svg.chart { background: var(--paper); }
            </style>{{svg[head..]}}

            """;
    }
}
