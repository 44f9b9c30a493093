using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Which members of a document are kept that this build does not know.</summary>
public sealed class UnknownMembersTests
{
    private static readonly JsonSerializerOptions Exact = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("1.50")]
    [InlineData("\"text\"")]
    [InlineData("[1,{\"a\":null}]")]
    [InlineData("{\"a\":[null]}")]
    public void Unknown_IsKeptAsItIs(string value) => Assert.Equal($$"""{"Items":2,"gift":{{value}}}""", Keep<Old, Old>($$"""{"Items":1,"gift":{{value}}}""", """{"Items":2}""", Exact));

    [Fact]
    public void Known_InTheVersionBefore_WasLeftOutOnPurpose() => Assert.Equal("""{"Items":2}""", Keep<WithNote, Old>("""{"Items":1,"Note":"x"}""", """{"Items":2}""", Exact));

    [Fact]
    public void Known_InTheVersionAfter_IsItsOwn() => Assert.Equal("""{"Items":2}""", Keep<Old, WithNote>("""{"Items":1,"Note":"x"}""", """{"Items":2}""", Exact));

    [Theory]
    [InlineData(true, """{"items":2}""")]
    [InlineData(false, """{"Items":2,"ITEMS":1}""")]
    public void Name_IsKnown_AsTheSerializerComparesIt(bool web, string expected) =>
        Assert.Equal(expected, Keep<Old, Old>("""{"ITEMS":1}""", web ? """{"items":2}""" : """{"Items":2}""", web ? JsonSerializerOptions.Web : Exact));

    [Fact]
    public void Type_ThatKeptThemItself_HasLeftThemOutOnPurpose() => Assert.Equal("""{"Items":2}""", Keep<Bag, Old>("""{"Items":1,"gift":true}""", """{"Items":2}""", Exact));

    [Fact]
    public void Type_ThatWouldKeepThemItself_IsLeftAlone() => Assert.Equal("""{"Items":2}""", Keep<Old, Bag>("""{"Items":1,"gift":true}""", """{"Items":2}""", Exact));

    [Fact]
    public void Type_ThatKeepsThemItself_IsLeftAlone() => Assert.Equal("""{"Items":2}""", Keep<Bag, Bag>("""{"Items":1,"gift":true}""", """{"Items":2}""", Exact));

    [Theory]
    [InlineData("""{"Items":""")]
    [InlineData("[1]")]
    [InlineData("null")]
    public void Document_WithoutMembers_HasNothingToKeep(string before) => Assert.Equal("""{"Items":2}""", Keep<Old, Old>(before, """{"Items":2}""", Exact));

    [Fact]
    public void Document_ThatIsNoObjectAnyMore_IsWrittenAsItIs() => Assert.Equal("null", Keep<Old, Old>("""{"Items":1,"gift":true}""", "null", Exact));

    private static string Keep<TBefore, TAfter>(string before, string after, JsonSerializerOptions options) =>
        Encoding.UTF8.GetString(UnknownMembers.Keep(Encoding.UTF8.GetBytes(before), options.GetTypeInfo(typeof(TBefore)), Encoding.UTF8.GetBytes(after), options.GetTypeInfo(typeof(TAfter))));

    private sealed record Old(int Items);

    private sealed record WithNote(int Items, string? Note);

    private sealed class Bag
    {
        public int Items { get; set; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Rest { get; set; }
    }
}
