namespace Graceful.Redis.Tests.Fleet;

/// <summary>What stands in Redis is read by builds of before and after: what was once written must be read for ever.</summary>
public class ContractStateTextTests
{
    /// <summary>As revision 1 wrote it. Lines are added, never changed.</summary>
    public static TheoryData<string, ContractState> Golden => new()
    {
        { "1 1 1 1 1|1 1 1 1 1 0 0 0 - 0 0", State(1, 1, 1) },
        { "1 0 0 0 0|0 0 0 0 0 0 0 0 - 0 0", State(0, 0, 0) },
        { "1 1 2 1 2|1 1 2 1 2 2 12345000 1790000000123456 p 1200000000 1", State(1, 1, 2) with
            {
                Mode = LevelMode.Raising, Since = TimeSpan.FromMilliseconds(12_345), Fence = 1_790_000_000_123_456, Pinned = true, Retention = TimeSpan.FromMinutes(20), Request = LevelRequest.Activate,
            } },
        { "1 1 4 2 3|2 2 3 1 4 3 0 7 pk 172800000000 4", State(2, 2, 3) with
            {
                PriorLow = 1, PriorHigh = 4, Mode = LevelMode.Settling, Fence = 7, Pinned = true, RetainManually = true, Retention = TimeSpan.FromDays(2), Request = LevelRequest.Retire,
            } },
        { "1 1 2 1 2|2 1 2 1 2 5 0 0 k 0 0", State(2, 1, 2) with { Mode = LevelMode.Lowering, RetainManually = true } },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Text_OfBefore_IsRead_AndWrittenTheSame(string text, ContractState state)
    {
        Assert.Equal(state, ContractStateText.Read(text));
        Assert.Equal(text, ContractStateText.Write(state));
    }

    [Theory]
    [InlineData("2 1 1 1 1|something new", "revision 2")]
    [InlineData("17 1 1 1 1|", "revision 17")]
    [InlineData("", "not the state")]
    [InlineData("0 1 1 1 1|1 1 1 1 1 0 0 0 - 0 0", "not the state")]
    [InlineData("1 1 1 1 1|1 1 1 1 1 0 0 0 - 0", "not the state")]
    [InlineData("1 1 1 1 1|1 2 1 1 1 0 0 0 - 0 0", "cannot be")]
    [InlineData("1 1 1 1 1|1 1 1 1 1 99 0 0 - 0 0", "cannot be")]
    public void Text_ThatIsNotKnown_IsNotRead(string text, string why) => Assert.Contains(why, Assert.Throws<FormatException>(() => ContractStateText.Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1 1 1 1 1|x 1 1 1 1 0 0 0 - 0 0")]
    [InlineData("1 1 1 1 1|-1 -1 1 1 1 0 0 0 - 0 0")]
    public void Text_WithoutNumbers_IsNotRead(string text) => Assert.Throws<FormatException>(() => ContractStateText.Read(text));

    private static ContractState State(int active, int low, int high) => new() { Active = active, Low = low, High = high, PriorLow = low, PriorHigh = high };
}
