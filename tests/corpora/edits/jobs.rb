require 'set'
module Jobs
  LIMIT = 10
  class Queue < Array
    attr_reader :name
    def initialize(name, *rest, limit: LIMIT, &block)
      @name, @rest = name, rest
      block&.call(self)
    end
    def self.open(path) = new(path)
    def to_s
      <<~TEXT + "#{name} #{map { |x| "<#{x}>" }.join(', ')}"
        Several #{LIMIT}
        lines
      TEXT
    end
    private def words = %w[a b c]
  end
end
def helper(x) unless x.nil? then x =~ /a[\/]b/i ? :yes : :"no way" end end
