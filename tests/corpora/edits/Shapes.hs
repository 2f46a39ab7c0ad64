{-# LANGUAGE LambdaCase #-}
module Shapes (Shape (..), area) where

import qualified Data.Map as Map
import Data.List (sortBy)

-- | A shape.
data Shape = Circle { radius :: Double } | Square Double deriving (Show, Eq)

class Sized a where
  size :: a -> Double
  size _ = 0

instance Sized Shape where
  size = area

area :: Shape -> Double
area (Circle r) = pi * r ^ 2
area (Square s)
  | s < 0 = 0
  | otherwise = let side = s in side * side

names :: Map.Map String Int
names = Map.fromList [("a", 1), ("b", 2)]

main :: IO ()
main = do
  let shapes = [Circle 1, Square 2]
  mapM_ (\case { Circle _ -> pure (); s -> print s }) shapes
  where unused = "text"
