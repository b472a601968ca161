using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;

namespace SlimSharp.Tests.Data;

public class NormalizationTests
{
    [Theory]
    [InlineData("imagenet", 3, -2.1179, 2.2489)] // (0 − 0.485)/0.229 and (1 − 0.485)/0.229, the first channel
    [InlineData("cifar", 3, -2.4291, 2.5141)]
    [InlineData("svhn", 3, -2.2102, 2.8396)]
    [InlineData("unit", 1, 0, 1)]
    [InlineData("signed", 3, -1, 1)]
    [InlineData("bytes", 1, 0, 255)]
    public void A_named_normalisation_takes_black_and_white_to_what_its_name_says(
        string name,
        int channels,
        double black,
        double white
    )
    {
        var normalization = NormalizationKind.Get(name, channels);
        var table = normalization.Table();
        Assert.Equal(channels, table.Length);
        Assert.Equal((black, white), (Math.Round(table[0][0], 4), Math.Round(table[0][255], 4)));
        Assert.Equal(name, NormalizationKind.NameOf(normalization));
        Assert.StartsWith($"{name} (mean ", normalization.ToString());
    }

    [Theory]
    [InlineData("""{"mean":[0.5],"deviation":[1e-300]}""")]
    [InlineData("""{"mean":[0.5],"deviation":[1e-40]}""")]
    [InlineData("""{"mean":[1e39],"deviation":[1]}""")]
    [InlineData("""{"mean":[0.5],"deviation":[0]}""")]
    public void A_file_whose_normalisation_makes_no_numbers_of_bytes_is_refused(string json) =>
        Assert.Throws<JsonException>(() => CheckedJson.Read(json, SlimJson.Default.Normalization));

    [Fact]
    public void A_name_for_colour_is_refused_for_grey_and_one_that_is_none_names_those_there_are()
    {
        Assert.Contains("3 channels", Assert.Throws<DataException>(() => NormalizationKind.Get("cifar", 1)).Message);
        Assert.Contains("imagenet", Assert.Throws<DataException>(() => NormalizationKind.Get("cifer", 3)).Message);
        Assert.Null(NormalizationKind.NameOf(new([0.1], [0.2])));
        Assert.Equal("mean 0.1, deviation 0.2", new Normalization([0.1], [0.2]).ToString());
    }
}
