namespace SlimSharp.Runs;

/// <summary>How a table is written.</summary>
public enum TableFormat
{
    /// <summary>For the terminal.</summary>
    Text,

    /// <summary>Markdown.</summary>
    Markdown,

    /// <summary>Comma-separated values, all digits.</summary>
    Csv,

    /// <summary>A LaTeX tabular.</summary>
    Latex,

    /// <summary>JSON, all digits.</summary>
    Json,
}
