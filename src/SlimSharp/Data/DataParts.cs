namespace SlimSharp.Data;

/// <summary>Which images are wanted of data.</summary>
[Flags]
public enum DataParts
{
    /// <summary>Those to train on.</summary>
    Train = 1,

    /// <summary>Those held out of them.</summary>
    Validation = 2,

    /// <summary>Those of the final figure.</summary>
    Test = 4,

    /// <summary>All.</summary>
    All = Train | Validation | Test,
}
